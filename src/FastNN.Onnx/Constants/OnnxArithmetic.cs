namespace FastNN.Onnx;

/// <summary>
/// Arithmetic with constants. Real numbers are in double precision, without rounding between, and integers are exact. The number of samples
/// is not known, and what is computed from it is not known either.
/// </summary>
internal static class OnnxArithmetic
{
    private const int MostStored = 1024, MostCost = 16;

    internal static OnnxTensor Unary(
        OnnxOperation operation, OnnxMemoryBudget budget, Func<double, double> real, Func<long, long>? integer)
    {
        OnnxTensor a = OnnxConstants.One(operation);
        if (a.IsReal) return Real(a.Type, a.Shape, a, null, (x, _) => real(x), budget);
        if (integer is null) throw operation.Fault($"it must take real numbers, but takes {a}");
        return Integer(a.Type, a.Shape, a, null, (x, _) => integer(x), budget);
    }

    internal static OnnxTensor Binary(
        OnnxOperation operation, OnnxMemoryBudget budget, Func<double, double, double>? real, Func<long, long, long>? integer,
        int? type = null)
    {
        operation.Expect(1, 2);
        OnnxTensor a = operation.Constant(0);
        if (operation.InputCount == 1) return a;
        OnnxTensor b = operation.Constant(1);
        long[] shape = OnnxArrays.Broadcast(operation, a.Shape, b.Shape);
        (OnnxTensor x, OnnxTensor y) = (OnnxArrays.Spread(a, shape), OnnxArrays.Spread(b, shape));
        if ((a.IsReal || b.IsReal) && real != null) return Real(type ?? (a.IsReal ? a.Type : b.Type), shape, x, y, real, budget);
        if (integer is null || a.IsReal || b.IsReal) throw operation.Fault($"it must take other types of numbers than {a} and {b}");
        return Integer(type ?? a.Type, shape, x, y, integer, budget);
    }

    internal static OnnxTensor Cast(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 1, "to", "saturate", "round_mode");
        return To(operation, operation.Constant(0), operation.Integer("to", OnnxTensorTypes.Undefined), budget);
    }

    internal static OnnxTensor CastLike(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(2, 2, "saturate", "round_mode");
        return To(operation, operation.Constant(0), operation.Constant(1).Type, budget);
    }

    internal static OnnxTensor Clip(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(1, 3, "min", "max");
        OnnxTensor a = operation.Constant(0);
        double min = Limit(1, operation.Real("min", float.NegativeInfinity)), max = Limit(2, operation.Real("max", float.PositiveInfinity));
        return a.IsReal
            ? Real(a.Type, a.Shape, a, null, (x, _) => Math.Min(Math.Max(x, min), max), budget)
            : Integer(a.Type, a.Shape, a, null, (x, _) => x < min ? (long)min : x > max ? (long)max : x, budget);

        double Limit(int input, float attribute) => operation.OptionalConstant(input) is not { } limit ? attribute
            : limit.Count == 1 ? limit.Real(0) : throw operation.Fault($"its limit must be one number, but is {limit}");
    }

    internal static OnnxTensor Where(OnnxOperation operation, OnnxMemoryBudget budget)
    {
        operation.Expect(3, 3);
        OnnxTensor condition = operation.Constant(0), a = operation.Constant(1), b = operation.Constant(2);
        long[] shape = OnnxArrays.Broadcast(operation, OnnxArrays.Broadcast(operation, a.Shape, b.Shape), condition.Shape);
        if (!condition.IsInteger || a.IsReal != b.IsReal) throw operation.Fault($"it must not choose between {a} and {b} by {condition}");
        (condition, a, b) = (OnnxArrays.Spread(condition, shape), OnnxArrays.Spread(a, shape), OnnxArrays.Spread(b, shape));
        budget.BookValues(condition.Count);
        budget.BookWork((long)condition.Count * (condition.Cost + a.Cost + b.Cost));
        IEnumerable<int> places = Enumerable.Range(0, condition.Count);
        return a.IsReal
            ? new OnnxReals(a.Type, shape, [.. places.Select(k => (condition.Integer(k) != 0 ? a : b).Real(k))], a.HasOpen || b.HasOpen)
            : new OnnxIntegers(a.Type, shape, [.. places.Select(k => (condition.Integer(k) != 0 ? a : b).Integer(k))]);
    }

    /// <summary>A function of real numbers. It is computed now, or when it is read if the result is large.</summary>
    private static OnnxTensor Real(
        int type, long[] shape, OnnxTensor a, OnnxTensor? b, Func<double, double, double> function, OnnxMemoryBudget budget)
    {
        var lazy = new OnnxMapped(type, shape, a, b, function);
        if (lazy.Count > MostStored && lazy.Cost <= MostCost) return lazy;
        budget.BookValues(lazy.Count);
        budget.BookWork((long)lazy.Count * lazy.Cost);
        double[] values = new double[lazy.Count];
        for (int k = 0; k < values.Length; k++) values[k] = lazy.Real(k);
        return new OnnxReals(type, shape, values, lazy.HasOpen);
    }

    private static OnnxIntegers Integer(
        int type, long[] shape, OnnxTensor a, OnnxTensor? b, Func<long, long, long> function, OnnxMemoryBudget budget)
    {
        int count = OnnxTensor.CountOf(shape);
        budget.BookValues(count);
        budget.BookWork((long)count * (a.Cost + (b?.Cost ?? 0)));
        long[] values = new long[count];
        for (int k = 0; k < values.Length; k++)
        {
            long x = a.Integer(k), y = b?.Integer(k) ?? 0;
            values[k] = x == OnnxTensor.Open || y == OnnxTensor.Open ? OnnxTensor.Open : function(x, y);
        }

        return new OnnxIntegers(type, shape, values);
    }

    private static OnnxTensor To(OnnxOperation operation, OnnxTensor a, long type, OnnxMemoryBudget budget)
    {
        if (type == a.Type) return a;
        if (OnnxTensorTypes.IsReal(type)) return Real((int)type, a.Shape, a, null, (x, _) => Rounded(x, type), budget);
        if (!OnnxTensorTypes.IsInteger(type)) throw operation.Fault($"it casts to {OnnxTensorTypes.NameOf(type)}, which is not supported");
        budget.BookValues(a.Count);
        budget.BookWork((long)a.Count * a.Cost);
        long[] values = new long[a.Count];
        for (int k = 0; k < values.Length; k++)
        {
            long value = a.IsInteger ? a.Integer(k) : a.HasOpen || !double.IsFinite(a.Real(k)) ? OnnxTensor.Open : (long)a.Real(k);
            values[k] = value == OnnxTensor.Open ? value : Wrapped(value, type);
        }

        return new OnnxIntegers((int)type, a.Shape, values);
    }

    private static double Rounded(double value, long type) => type switch
    {
        OnnxTensorTypes.Float => (float)value,
        OnnxTensorTypes.Float16 => (double)(Half)value,
        OnnxTensorTypes.BFloat16 => ToBFloat16((float)value),
        _ => value,
    };

    /// <summary>The nearest of the floats whose lower 16 bits are 0; the even one of two.</summary>
    private static float ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? value : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
    }

    private static long Wrapped(long value, long type) => type switch
    {
        OnnxTensorTypes.Boolean => value == 0 ? 0 : 1,
        OnnxTensorTypes.Int8 => (sbyte)value,
        OnnxTensorTypes.UInt8 => (byte)value,
        OnnxTensorTypes.Int16 => (short)value,
        OnnxTensorTypes.UInt16 => (ushort)value,
        OnnxTensorTypes.Int32 => (int)value,
        OnnxTensorTypes.UInt32 => (uint)value,
        _ => value,
    };
}
