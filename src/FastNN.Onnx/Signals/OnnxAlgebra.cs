using System.Collections.Immutable;

namespace FastNN.Onnx;

/// <summary>
/// Sums, products and functions of signals. Polynomials of the same term become one polynomial. What several operators write becomes one
/// activation, as soon as its last operator is there: see <see cref="OnnxProducts"/> and <see cref="OnnxSums"/>.
/// </summary>
internal sealed class OnnxAlgebra(OnnxMemoryBudget budget)
{
    private const int HighestDegree = 3, SignalBytes = 176, ActivationBytes = 320;

    /// <summary>k·s</summary>
    internal OnnxSignal Scale(OnnxOperation operation, OnnxSignal s, OnnxCoefficient k)
    {
        if (k.IsOne) return s;
        Require(operation, s, k);
        if (!k.IsFinite) throw operation.Fault("its factor must be finite");
        return Make(s.Term, [.. s.C.Select(c => c.IsZero ? c : Times(c, k))], s.Shape, s.Bias, s.Multiplied);
    }

    internal OnnxSignal Scale(OnnxOperation operation, OnnxSignal s, double k) => Scale(operation, s, new OnnxCoefficient(k));

    /// <summary>s + k</summary>
    internal OnnxSignal Shift(OnnxOperation operation, OnnxSignal s, OnnxCoefficient k)
    {
        if (k.IsZero) return s;
        Require(operation, s, k);
        OnnxCoefficient offset = s.C[0].IsZero ? k : Plus(s.C[0], k);
        bool isBias = s is { Term.Kind: OnnxTermKind.Source, Degree: 1 } && s.C[1].IsOne;
        return Make(s.Term, s.C.SetItem(0, offset), s.Shape, isBias ? offset : s.Bias, s.Multiplied);
    }

    internal OnnxSignal Shift(OnnxOperation operation, OnnxSignal s, double k) => Shift(operation, s, new OnnxCoefficient(k));

    /// <summary>a + b. The signals have the same source.</summary>
    internal OnnxSignal Add(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        RequireSameSource(operation, a, b);
        return a.Term.IsSame(b.Term) ? Sum(operation, a, b) : OnnxSums.Match(this, operation, a, b)
            ?? throw operation.Fault(
                $"it joins {a.Term} and {b.Term}; skip connections are not supported, and this sum is no known activation");
    }

    /// <summary>a·b. The signals have the same source.</summary>
    internal OnnxSignal Multiply(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        RequireSameSource(operation, a, b);
        if (a.Term.IsSame(b.Term)) return Product(operation, a, b);
        return OnnxProducts.Match(this, operation, a, b) ?? OnnxProducts.Match(this, operation, b, a)
            ?? new OnnxSignal(OnnxTerm.Of(operation, OnnxTermKind.Product, a, b), a.Shape);
    }

    /// <summary>
    /// a/b. The signals have the same source. If they have the same term, (f + g·t)/(c + d·t) = g/d + (f − g·c/d)/(c + d·t).
    /// </summary>
    internal OnnxSignal Divide(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        RequireSameSource(operation, a, b);
        OnnxSignal inverse = Invert(operation, b);
        if (a.Degree > 1 || b.Degree > 1 || !a.Term.IsSame(b.Term)) return Multiply(operation, a, inverse);
        OnnxCoefficient whole = Times(a.C[1], Inverse(b.C[1]));
        OnnxCoefficient rest = Map(a.C[0], Times(whole, b.C[0]), (f, part) => f - part);
        return Shift(operation, Scale(operation, inverse, rest), whole);
    }

    /// <summary>1/s</summary>
    internal OnnxSignal Invert(OnnxOperation operation, OnnxSignal s)
    {
        Require(operation, s);
        if (s.Degree == 1 && s.Term.Kind == OnnxTermKind.Reciprocal && s.C[0].IsZero) // 1/(c/t) = t/c
            return Scale(operation, s.Inner, Inverse(s.C[1]));
        if (OnnxProducts.OnePlusExp(this, operation, s) is var (factor, z)) // 1/(f·(1 + exp(z))) = σ(−z)/f
            return Scale(operation, Composite(operation, Activation.Sigmoid, Scale(operation, z, -1)), Inverse(factor));
        return new OnnxSignal(OnnxTerm.Of(operation, OnnxTermKind.Reciprocal, s), s.Shape);
    }

    internal OnnxSignal Erf(OnnxOperation operation, OnnxSignal s) => Function(operation, OnnxTermKind.Erf, s);

    internal OnnxSignal Log(OnnxOperation operation, OnnxSignal s)
    {
        Require(operation, s);
        if (OnnxProducts.OnePlusExp(this, operation, s) is var (factor, z)) // log(f·(1 + exp(z))) = softplus(z) + log f
            return Shift(operation, Composite(operation, Activation.Softplus, z), Map(factor, factor, (f, _) => Math.Log(f)));
        if (s.Term.Activation == Activation.Sigmoid && s.IsTerm) // log σ(z) = −softplus(−z)
            return Scale(operation, Composite(operation, Activation.Softplus, Scale(operation, s.Inner, -1)), -1);
        return Function(operation, OnnxTermKind.Log, s);
    }

    /// <summary>An activation that is one operator.</summary>
    internal OnnxSignal Activate(OnnxOperation operation, Activation activation, OnnxSignal z)
    {
        Require(operation, z);
        budget.Book(activation.Arguments.Count == 0 ? SignalBytes : SignalBytes + ActivationBytes, Parts);
        return new OnnxSignal(OnnxTerm.Of(operation, activation, z), z.Shape);
    }

    /// <summary>An activation that was found in several operators, with the rounding of its constants taken away.</summary>
    internal OnnxSignal Composite(OnnxOperation operation, Activation activation, OnnxSignal z)
    {
        budget.Book(SignalBytes, Parts);
        ImmutableArray<OnnxCoefficient> c = z.C;
        bool isTerm = z.Degree == 1 && OnnxRatio.IsNear(c[1], OnnxCoefficient.One)
            && OnnxRatio.IsNear(c[0], OnnxCoefficient.Zero, nothing: 4e-6); // of constants of up to 6
        return new OnnxSignal(
            OnnxTerm.Of(operation, activation, isTerm ? new OnnxSignal(z.Term, z.Shape) : z, isComposite: true), z.Shape);
    }

    internal OnnxCoefficient Plus(OnnxCoefficient a, OnnxCoefficient b) => Map(a, b, (x, y) => x + y);

    internal OnnxCoefficient Times(OnnxCoefficient a, OnnxCoefficient b) => Map(a, b, (x, y) => x * y);

    internal OnnxCoefficient Inverse(OnnxCoefficient a) => Map(a, a, (x, _) => 1 / x);

    internal OnnxCoefficient Map(OnnxCoefficient a, OnnxCoefficient b, Func<double, double, double> function) =>
        OnnxCoefficient.Map(a, b, budget, function);

    internal void BookFloats(long count) => budget.BookValues(count, sizeof(float));

    /// <summary>The polynomial of a sum.</summary>
    internal OnnxSignal Sum(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        var c = new OnnxCoefficient[Math.Max(a.C.Length, b.C.Length)];
        for (int d = 0; d < c.Length; d++)
            c[d] = d >= a.C.Length ? b.C[d] : d >= b.C.Length ? a.C[d] : Plus(a.C[d], b.C[d]);
        return Trim(operation, a, c);
    }

    /// <summary>The polynomial of a product.</summary>
    internal OnnxSignal Product(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        if (a.Degree + b.Degree > HighestDegree)
            throw operation.Fault($"its product is a polynomial of degree {a.Degree + b.Degree}, which is no known activation");
        var c = new OnnxCoefficient[a.Degree + b.Degree + 1];
        for (int i = 0; i <= a.Degree; i++)
        {
            for (int j = 0; j <= b.Degree; j++)
            {
                if (!a.C[i].IsZero && !b.C[j].IsZero) c[i + j] = Plus(c[i + j], Times(a.C[i], b.C[j]));
            }
        }

        return Trim(operation, a, c);
    }

    private const string Parts = "nodes for its size, several for each layer";

    private OnnxSignal Function(OnnxOperation operation, OnnxTermKind kind, OnnxSignal s)
    {
        Require(operation, s);
        budget.Book(SignalBytes, Parts);
        return new OnnxSignal(OnnxTerm.Of(operation, kind, s), s.Shape);
    }

    private OnnxSignal Make(
        OnnxTerm term, ImmutableArray<OnnxCoefficient> c, OnnxShape shape, OnnxCoefficient bias = default, OnnxOperation? multiplied = null)
    {
        budget.Book(SignalBytes, Parts);
        return new OnnxSignal(term, c, shape, bias, multiplied);
    }

    private OnnxSignal Trim(OnnxOperation operation, OnnxSignal like, OnnxCoefficient[] c)
    {
        int degree = c.Length - 1;
        while (degree > 0 && c[degree].Single == 0) degree--;
        return degree > 0
            ? Make(like.Term, [.. c[..(degree + 1)]], like.Shape, multiplied: degree > 1 ? operation : null)
            : throw operation.Fault("its result is constant");
    }

    /// <summary>Softmax couples the values of a sample. Nothing may follow it.</summary>
    private static void Require(OnnxOperation operation, OnnxSignal s, OnnxCoefficient k = default)
    {
        if (s.Term.IsSoftmax) throw s.Term.MustBeLast(operation);
        if (k.Count > 1 && s.Constants is { } values && values != k.Count)
            throw operation.Fault($"it has {k.Count} constants for the {values} values of a sample");
    }

    /// <summary>The exception about an operation that joins different sources, or different functions of one source.</summary>
    internal static ModelFormatException Joined(OnnxOperation operation, OnnxTerm a, OnnxTerm b)
    {
        OnnxTerm first = a.Source, second = b.Source;
        bool areParts = (first.Layer, first.Input) == (second.Layer, second.Input) && !first.IsSame(second);
        bool areInputs = first.Layer is null && second.Layer is null && first.Input != second.Input;
        return operation.Fault(
            $"it joins {(areParts ? $"two parts of {first}" : $"{a} and {b}")}; "
            + (areInputs ? "networks have one input" : "skip connections are not supported"));
    }

    /// <summary>Two signals may be joined only if they have the same source, and the same shape: nothing is repeated.</summary>
    internal static void RequireSameSource(OnnxOperation operation, OnnxSignal a, OnnxSignal b)
    {
        Require(operation, a);
        Require(operation, b);
        OnnxTerm first = a.Term.Source, second = b.Term.Source;
        if (!first.IsSame(second)) throw Joined(operation, first, second);
        if (a.Constants is { } m && b.Constants is { } n && m != n) throw operation.Fault($"it joins {m} and {n} values of a sample");
        if (a.Shape.Lengths is { } x && b.Shape.Lengths is { } y && !x.SequenceEqual(y))
            throw operation.Fault($"it joins values of the shapes {a.Shape} and {b.Shape}");
    }
}
