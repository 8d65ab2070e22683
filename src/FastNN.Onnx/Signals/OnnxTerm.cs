namespace FastNN.Onnx;

/// <summary>What a <see cref="OnnxTerm"/> computes.</summary>
internal enum OnnxTermKind
{
    /// <summary>Values of the graph's input, or sums of a layer.</summary>
    Source,

    /// <summary>An activation of the first operand.</summary>
    Activation,

    /// <summary>The natural logarithm of the first operand.</summary>
    Log,

    /// <summary>The error function of the first operand.</summary>
    Erf,

    /// <summary>1 divided by the first operand.</summary>
    Reciprocal,

    /// <summary>The product of two operands.</summary>
    Product,
}

/// <summary>A function of the values of a source, elementwise or an activation. Factors and offsets are not in it, but around it.</summary>
internal sealed class OnnxTerm
{
    private OnnxTerm(OnnxTermKind kind, OnnxOperation? operation, OnnxSignal? first, OnnxSignal? second, int size)
    {
        (Kind, Operation, First, Second) = (kind, operation, first, second);
        Size = size;
        Constants = first?.Constants ?? second?.Constants;
    }

    internal OnnxTermKind Kind { get; }

    /// <summary>The node that computes it; null for the graph's input.</summary>
    internal OnnxOperation? Operation { get; }

    /// <summary>The operand of a function, or the first factor of a product.</summary>
    internal OnnxSignal? First { get; }

    internal OnnxSignal? Second { get; }

    internal Activation? Activation { get; private init; }

    /// <summary>Whether it was recognised in several operators. Their constants are rounded, so it is known within 1e-6.</summary>
    internal bool IsComposite { get; private init; }

    /// <summary>The layer whose sums a source is; null for the graph's input, and for what is no source.</summary>
    internal OnnxLayer? Layer { get; private init; }

    /// <summary>The graph's input that a source is; null for a layer, and for what is no source.</summary>
    internal OnnxValue? Input { get; private init; }

    /// <summary>The first value of a source that is read.</summary>
    internal int Start { get; private init; }

    /// <summary>The number of values of a source that are read, from the first; null: all.</summary>
    internal int? Count { get; private init; }

    /// <summary>The number of terms in it. It bounds the time of comparisons.</summary>
    internal int Size { get; }

    /// <summary>See <see cref="OnnxSignal.Constants"/>.</summary>
    internal int? Constants { get; }

    internal bool IsSoftmax => Activation == Activation.Softmax;

    /// <summary>The exception about a Softmax that is not in the last layer.</summary>
    internal ModelFormatException MustBeLast(OnnxOperation reader) =>
        Operation!.Fault($"it must be the end of the network, but {reader} reads it");

    internal static OnnxTerm Of(OnnxLayer layer) => new(OnnxTermKind.Source, layer.Operation, null, null, 1) { Layer = layer };

    internal static OnnxTerm Of(OnnxValue input) => new(OnnxTermKind.Source, null, null, null, 1) { Input = input };

    internal static OnnxTerm Of(OnnxOperation operation, Activation activation, OnnxSignal z, bool isComposite = false) =>
        new(OnnxTermKind.Activation, operation, z, null, SizeOf(operation, z, null)) { Activation = activation, IsComposite = isComposite };

    internal static OnnxTerm Of(OnnxOperation operation, OnnxTermKind kind, OnnxSignal first, OnnxSignal? second = null) =>
        new(kind, operation, first, second, SizeOf(operation, first, second));

    /// <summary>The source that it depends on.</summary>
    internal OnnxTerm Source
    {
        get
        {
            OnnxTerm term = this;
            while (term.First != null) term = term.First.Term;
            return term;
        }
    }

    /// <summary>The same function of a part of the source's values.</summary>
    internal OnnxTerm Slice(int start, int count, OnnxMemoryBudget budget) => Kind == OnnxTermKind.Source
        ? new OnnxTerm(Kind, Operation, null, null, 1) { Layer = Layer, Input = Input, Start = Start + start, Count = count }
        : new OnnxTerm(Kind, Operation, First!.Slice(start, count, budget), Second?.Slice(start, count, budget), Size)
        {
            Activation = Activation,
            IsComposite = IsComposite,
        };

    /// <summary>Whether both are the same function of the same values.</summary>
    internal bool IsSame(OnnxTerm other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (Kind != other.Kind || Size != other.Size || Activation != other.Activation) return false;
        if (Kind == OnnxTermKind.Source)
            return (Layer, Input, Start, Count) == (other.Layer, other.Input, other.Start, other.Count);
        return First!.IsSame(other.First!) && (Second is null || Second.IsSame(other.Second!));
    }

    public override string ToString() => Operation?.ToString() ?? $"graph input {Input}";

    private static int SizeOf(OnnxOperation operation, OnnxSignal first, OnnxSignal? second)
    {
        const int most = 64;
        int size = 1 + first.Term.Size + (second?.Term.Size ?? 0);
        return size <= most ? size : throw operation.Fault($"more than {most} functions are inside one another, without a layer between");
    }
}
