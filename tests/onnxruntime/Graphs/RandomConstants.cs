using FastNN.Onnx.Schema;

namespace FastNN.Tests.Graphs;

/// <summary>
/// Constants in every form: initializers, nodes, other types, and expressions of constants. Expressions round up to four times.
/// </summary>
internal sealed class RandomConstants(GraphDraft g)
{
    private const int Deepest = 2;

    /// <summary>Scalars that are already there. Exporters often share them.</summary>
    private readonly Dictionary<(double Value, int Rank), string> _scalars = [];

    /// <summary>A tensor of the graph's type.</summary>
    internal string Reals(double[] values, params long[] shape) => Reals(values, shape, 0);

    /// <summary>One number: as [], or with up to as many dimensions as the values that it meets.</summary>
    internal string Scalar(double value)
    {
        long[] shape = ShapeOfOne();
        if (_scalars.TryGetValue((value, shape.Length), out string? known) && g.Draw.Chance(0.5)) return known;

        return _scalars[(value, shape.Length)] = Reals([value], shape, g.Draw.Rarely(0.1) ? Deepest - 1 : Deepest);
    }

    /// <summary>One number as [], or [1]. It is no expression, so it is exact.</summary>
    internal string Number(double value) => Reals([value], g.Draw.Chance(0.7) || g.Shape.Length == 0 ? [] : [1], Deepest);

    /// <summary>A number that must be [], as limits of Clip are.</summary>
    internal string Point(double value) => Reals([value], [], Deepest);

    /// <summary>A value for each value of a sample, for the last axis: [n], or with dimensions of 1 before.</summary>
    internal string Row(double[] values) => Reals(values, Before(values.Length));

    /// <summary>The same for a node that repeats its operands. If the data is a vector, it may become [1, n].</summary>
    internal string RowThatMayRaise(double[] values)
    {
        if (g.Shape.Length != 1 || !g.Draw.Rarely(0.2)) return Row(values);

        g.Shape = [1, .. g.Shape];
        return Reals(values, [1, values.Length]);
    }

    /// <summary>A value for each value of a sample, as [n].</summary>
    internal string Vector(double[] values) => Reals(values, [values.Length]);

    /// <summary>Integers as [count].</summary>
    internal string Integers(params long[] values) => g.Draw.Chance(0.1) && values.Length > 1
        ? Concat(values)
        : IntegersOf(values, [values.Length]);

    /// <summary>An integer as [].</summary>
    internal string Integer(long value) => IntegersOf([value], []);

    /// <summary>An initializer that is only itself: no expression, and no Constant.</summary>
    internal string Plain(int type, double[] values, params long[] shape) => Initializer(TensorWriter.Create(g, type, values, shape));

    private long[] ShapeOfOne()
    {
        var shape = new long[g.Draw.Of(0, 0, 1, Math.Min(2, g.Shape.Length), g.Shape.Length)];
        Array.Fill(shape, 1);
        return shape.Length <= g.Shape.Length ? shape : [];
    }

    private long[] Before(long count)
    {
        int ones = g.Draw.Chance(0.7) ? 0 : g.Draw.Between(0, g.Shape.Length - 1);
        return [.. Enumerable.Repeat(1L, ones), count];
    }

    private string Reals(double[] values, long[] shape, int depth)
    {
        if (depth < Deepest && g.Draw.Rarely(0.25))
        {
            Func<string>[] forms = ConstantForms.Of(g, values, shape, (operand, itsShape) => Reals(operand, itsShape, depth + 1));
            return g.Draw.Of(forms)();
        }

        int type = g.Draw.Rarely(0.1) ? g.Draw.Of(TypesFor(values)) : g.Type;
        string name = Tensor(type, values, shape);
        return type == g.Type ? name : Cast(name, g.Type);
    }

    private string Tensor(int type, double[] values, long[] shape)
    {
        bool mayBeNode = g.Opset >= 9 || type is TensorTypes.Float or TensorTypes.Half or TensorTypes.Double;
        if (!mayBeNode || !g.Draw.Rarely(0.2)) return Initializer(TensorWriter.Create(g, type, values, shape));

        string name = g.Node("Constant");
        bool isShort = g.Opset >= 12 && type == TensorTypes.Float && shape.Length <= 1 && g.Draw.Chance(0.6);
        if (!isShort)
            g.With("value", TensorWriter.Create(g, type, values, shape));
        else if (shape.Length == 0)
            g.With("value_float", values[0]);
        else
            g.With("value_floats", Array.ConvertAll(values, value => (float)value));
        return name;
    }

    /// <summary>The types that hold all the values.</summary>
    private int[] TypesFor(double[] values)
    {
        List<int> types = [TensorTypes.Double];
        if (values.All(value => (float)value == value)) types.Add(TensorTypes.Float);
        if (values.All(value => (double)(Half)value == value)) types.Add(TensorTypes.Half);
        if (values.All(value => double.IsInteger(value) && Math.Abs(value) < 100))
            types.AddRange(TensorTypes.Integer16, TensorTypes.Integer32, TensorTypes.Integer64, TensorTypes.SignedByte);
        if (values.All(value => double.IsInteger(value) && value is >= 0 and < 100))
            types.AddRange(TensorTypes.Byte, TensorTypes.Unsigned16, TensorTypes.Unsigned32, TensorTypes.Unsigned64);
        if (g.Opset >= 13 && values.All(IsBrainFloat)) types.Add(TensorTypes.BrainFloat);
        return [.. types];
    }

    private static bool IsBrainFloat(double value) =>
        (float)value == value && (BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF) == 0;

    private string Initializer(TensorProto tensor)
    {
        tensor.Name = g.Name(g.Draw.Of("c", "onnx::c", "model.c"));
        g.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string Cast(string name, int type)
    {
        string result = g.Node("Cast", name);
        g.With("to", type);
        return result;
    }

    private string IntegersOf(long[] values, long[] shape)
    {
        double[] reals = Array.ConvertAll(values, value => (double)value);
        bool isWide = values.Any(value => Math.Abs(value) > int.MaxValue);
        if (isWide) return InitializerOf(values, shape);
        if (g.Draw.Rarely(0.1)) return Cast(Plain(TensorTypes.Integer32, reals, shape), TensorTypes.Integer64);
        if (g.Opset < 9 || g.Draw.Chance(0.6)) return Plain(TensorTypes.Integer64, reals, shape);

        string name = g.Node("Constant");
        if (g.Opset < 12 || values is [0] || g.Draw.Chance(0.5))
            g.With("value", TensorWriter.Create(g, TensorTypes.Integer64, reals, shape));
        else if (shape.Length == 0)
            g.With("value_int", values[0]);
        else
            g.With("value_ints", values);
        return name;
    }

    /// <summary>Integers that a double does not hold, such as "to the end" of Slice.</summary>
    private string InitializerOf(long[] values, long[] shape) =>
        Initializer(new TensorProto { DataType = TensorTypes.Integer64, Int64Data = { values }, Dims = { shape } });

    private string Concat(long[] values)
    {
        string result = g.Node("Concat", Array.ConvertAll(values, value => IntegersOf([value], [1])));
        g.With("axis", 0);
        return result;
    }
}
