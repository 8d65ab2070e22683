using System.Collections.Immutable;

namespace FastNN.Onnx;

/// <summary>
/// A value of the graph that depends on the data: a polynomial of a <see cref="OnnxTerm"/>, of degree 1 to 3. Factors and offsets that
/// follow one another are one polynomial, in any order and in double precision.
/// </summary>
/// <param name="term">The term t.</param>
/// <param name="c">The coefficients of t⁰, t¹, …</param>
/// <param name="shape">The shape of the value.</param>
/// <param name="bias">If the term is a layer: what was added to its sums before they were multiplied.</param>
/// <param name="multiplied">The operation that made a polynomial of a degree above 1; null for degree 1.</param>
internal sealed class OnnxSignal(
    OnnxTerm term, ImmutableArray<OnnxCoefficient> c, OnnxShape shape, OnnxCoefficient bias = default, OnnxOperation? multiplied = null)
{
    private const int SliceBytes = 512; // a term, a signal, and their coefficients
    private static readonly ImmutableArray<OnnxCoefficient> s_itself = [OnnxCoefficient.Zero, OnnxCoefficient.One];

    /// <summary>The term itself.</summary>
    internal OnnxSignal(OnnxTerm term, OnnxShape shape)
        : this(term, s_itself, shape)
    {
    }

    internal OnnxTerm Term => term;

    internal ImmutableArray<OnnxCoefficient> C => c;

    internal OnnxShape Shape => shape;

    internal OnnxCoefficient Bias => bias;

    internal OnnxOperation? Multiplied => multiplied;

    internal int Degree => c.Length - 1;

    /// <summary>
    /// How many constants there are for the values of a sample, around the term and inside it; null if there is one for all of them. It is
    /// the same everywhere: operations check it, because the width of the data may be unknown.
    /// </summary>
    internal int? Constants
    {
        get
        {
            foreach (OnnxCoefficient each in c)
            {
                if (each.Count > 1) return each.Count;
            }

            return term.Constants;
        }
    }

    /// <summary>Whether it is the term itself.</summary>
    internal bool IsTerm => c is [{ IsZero: true }, { IsOne: true }];

    /// <summary>What the term is a function of, in the shape of this signal.</summary>
    internal OnnxSignal Inner => term.First!.With(shape);

    /// <summary>The same values in another shape.</summary>
    internal OnnxSignal With(OnnxShape other) => new(term, c, other, bias, multiplied);

    /// <summary>A part of the values, in the shape of all.</summary>
    internal OnnxSignal Slice(int start, int count, OnnxMemoryBudget budget)
    {
        budget.Book(SliceBytes, "functions of parts of the data");
        return new(
            term.Slice(start, count, budget), [.. c.Select(each => each.Slice(start, count, budget))], shape,
            bias.Slice(start, count, budget), multiplied);
    }

    /// <summary>Whether both have the same values, in whatever shape.</summary>
    internal bool IsSame(OnnxSignal other) => OnnxRatio.Of(this, other) is { } ratio && OnnxRatio.IsNear(ratio, 1);
}
