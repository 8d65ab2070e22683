using FastNN.Onnx.Schema;

namespace FastNN.Onnx;

/// <summary>
/// The shape of the data in the graph, as far as it is known. One axis counts the samples, or none if the data is a single sample. All
/// others together count the values of a sample, row by row. It is only checked against the weights. The weights tell the width of a layer.
/// </summary>
internal sealed class OnnxShape
{
    /// <summary>Stands for a length that is not known.</summary>
    internal const long Open = -1;

    private const int MostAxes = 16;

    internal OnnxShape(long[]? lengths, int batch)
    {
        // Any axis of length 1 may count a single sample. A vector has no axis for the samples.
        bool isOneSample = lengths != null && (batch < 0 || lengths[batch] == 1);
        (Lengths, Batch) = (lengths, !isOneSample ? batch : lengths!.Length > 1 ? Array.IndexOf(lengths, 1) : -1);
    }

    /// <summary>Null if not even the number of axes is known.</summary>
    internal long[]? Lengths { get; }

    /// <summary>The axis of the samples; −1 if there is none.</summary>
    internal int Batch { get; }

    /// <summary>Whether the data is one sample without an axis for the batch.</summary>
    internal bool IsVector => Lengths is [_] && Batch < 0;

    /// <summary>The number of axes; null if it is not known.</summary>
    internal int? Rank => Lengths?.Length;

    /// <summary>The number of values of a sample, at most that of <see cref="long.MaxValue"/>; null if it is not known.</summary>
    internal long? Width
    {
        get
        {
            if (Lengths is null) return null;
            long width = 1;
            for (int axis = 0; axis < Lengths.Length; axis++)
            {
                if (axis == Batch) continue;
                if (Lengths[axis] == Open) return null;
                width = Lengths[axis] > long.MaxValue / width ? long.MaxValue : width * Lengths[axis];
            }

            return width;
        }
    }

    /// <summary>Whether the last axis holds all values of a sample.</summary>
    internal bool IsRows => Lengths is null || (Lengths.Length > 0 && HoldsAll(Lengths.Length - 1));

    /// <summary>The shape that an input of the graph claims. The first axis counts the samples, if there are two.</summary>
    internal static OnnxShape OfInput(ValueInfoProto input)
    {
        long[]? lengths = LengthsOf(input, "input");
        return lengths is { Length: 0 }
            ? throw OnnxFault.Of($"Graph input {OnnxFault.Quote(input.Name)}", "it must have a dimension at least, but is a scalar")
            : new OnnxShape(lengths, lengths is [_] ? -1 : 0);
    }

    /// <summary>The lengths that a value claims; null if it claims none. Lengths of 0 and −1 are open, as for ONNX Runtime.</summary>
    internal static long[]? LengthsOf(ValueInfoProto value, string what)
    {
        if (value.Type?.TensorType?.Shape is not { } shape) return null;
        string where = $"Graph {what} {OnnxFault.Quote(value.Name)}";
        if (shape.Dim.Count > MostAxes)
            throw OnnxFault.Of(where, $"it must have at most {MostAxes} dimensions, but has {shape.Dim.Count}");
        long[] lengths = new long[shape.Dim.Count];
        for (int k = 0; k < lengths.Length; k++)
        {
            long length = shape.Dim[k].HasDimValue ? shape.Dim[k].DimValue : Open;
            if (length < -1) throw OnnxFault.Of(where, $"dimension {k} must be at least -1, but is {length}");
            lengths[k] = length == 0 ? Open : length;
        }

        return lengths;
    }

    /// <summary>Whether an axis holds all values of a sample: it does not count the samples, and all others have the length 1.</summary>
    internal bool HoldsAll(int axis)
    {
        if (Lengths is null || axis == Batch) return false;
        for (int other = 0; other < Lengths.Length; other++)
        {
            if (other != axis && other != Batch && Lengths[other] != 1) return false;
        }

        return true;
    }

    /// <summary>An axis that may count from the end; checks that it is there.</summary>
    internal int Axis(OnnxOperation operation, long axis)
    {
        int rank = Rank ?? throw operation.Fault("the shape of its data must be known");
        long from0 = axis < 0 ? axis + rank : axis;
        return from0 >= 0 && from0 < rank ? (int)from0 : throw operation.Fault($"its axis {axis} is not one of the {rank} of {this}");
    }

    /// <summary>The same axes. One has another length.</summary>
    internal OnnxShape With(int axis, long length)
    {
        if (Lengths is null) return this;
        long[] lengths = [.. Lengths];
        lengths[axis] = length;
        return new OnnxShape(lengths, Batch);
    }

    /// <summary>Without an axis.</summary>
    internal OnnxShape Without(int axis)
    {
        if (Lengths is null) return this;
        long[] lengths = [.. Lengths[..axis], .. Lengths[(axis + 1)..]];
        return new OnnxShape(lengths, axis == Batch ? -1 : axis < Batch ? Batch - 1 : Batch);
    }

    /// <summary>With a new axis of length 1. Before a single sample, it counts the samples.</summary>
    internal OnnxShape WithAxis(OnnxOperation operation, int axis)
    {
        if (Lengths is null) throw operation.Fault("the shape of its data must be known");
        if (Lengths.Length == MostAxes) throw operation.Fault($"it makes more than {MostAxes} axes");
        long[] lengths = [.. Lengths[..axis], 1, .. Lengths[axis..]];
        return new OnnxShape(lengths, Batch < 0 ? axis == 0 ? 0 : -1 : axis <= Batch ? Batch + 1 : Batch);
    }

    public override string ToString() =>
        Lengths == null ? "an unknown shape" : $"[{string.Join(", ", Lengths.Select(length => length == Open ? "?" : $"{length}"))}]";
}
