using FastNN.Onnx.Schema;
using Xunit;

namespace FastNN.Tests.Onnx;

/// <summary>Graphs whose constants or parts claim much, or whose numbers do not fit: each is refused, within the bounds.</summary>
public static class OnnxHostileGraphTests
{
    private const int Documentation = 1 << 23; // the larger the file, the more memory its parts may take

    private static readonly Dictionary<string, (Func<OnnxBuilder, OnnxBuilder> Add, object?[] Dimensions)> s_all = new()
    {
        ["parts of long constants"] = (m => Parts(m.Op("Sub", m.Raw(new float[20_000], 20_000)), 500), ["batch", 20_000]),
        ["parts of functions in functions"] = (m =>
        {
            for (int k = 0; k < 60; k++) m.Op("Sigmoid");
            return Parts(m, 1_000);
        }, ["batch", 20_000]),
        ["a shape of very many axes"] = (m => m.Node("Expand", "x", Ones(m, 200_000_000)), ["batch", 4]),
        ["a range that is long"] = (m => m.Node("Reshape", "x", m.Node(
            "Range", m.Typed<long>(7, [0]), m.Typed<long>(7, [1 << 24]), m.Typed<long>(7, [1])).Value), ["batch", 4]),
        ["wide values, joined twice"] = (m => Joined(m, 2), ["batch", 1 << 30]),
        ["wide values, joined sixteen times"] = (m => Joined(m, 16), ["batch", 1 << 30]),
        ["nothing, backwards"] = (m => m.Node("Reshape", "x", m.Node(
            "Slice", Empty(m, 0), m.Integers(0), m.Integers(0), m.Integers(0), m.Integers(-1)).Value), ["batch", 4]),
        ["nothing, of large lengths"] = (m =>
            m.Node("Reshape", "x", m.Node("Flatten", Empty(m, 0, int.MaxValue, int.MaxValue)).Value), ["batch", 4]),
        ["nothing, reshaped to large lengths"] = (m => m.Node("Reshape", "x", m.Node("Flatten", m.Node(
            "Reshape", Empty(m, 0), m.Integers(0, int.MaxValue, int.MaxValue)).With("allowzero", 1).Value).Value), ["batch", 4]),
        ["a place behind the last"] = (m =>
            m.Op("Gather", m.Integers(1, 2, 3)).With("axis", 1).Op("MatMul", m.Raw(new float[4], 2, 2)), ["batch", 3]),
        ["places before the first"] = (m =>
            m.Op("Gather", m.Integers(-5, -4, -3, -2)).With("axis", 1).Op("MatMul", m.Raw(new float[2], 1, 2)), ["batch", 3]),
        ["offsets of other widths"] = (m => m.Node("Add", m.Op("Add", Three(m)).Value, m.Node("Add", "x", Two(m)).Value), []),
        ["quotients of other widths"] = (m => m.Node("Div", m.Op("Mul", Three(m)).Value, m.Node("Mul", "x", Two(m)).Value), []),
        ["factors around a function, of other widths"] = (m => m.Op("Mul", Two(m)).Op("Sigmoid").Op("Mul", Three(m)), []),
        ["factors inside a function, of another width than the weights"] = (m =>
            m.Op("Mul", Two(m)).Op("Sigmoid").Op("Sigmoid").Op("MatMul", m.Raw([1f, 1f, 1f], 3, 1)), []),
        ["a normalisation of other widths"] = (m => m.Op("BatchNormalization", Three(m), Two(m), Three(m), Three(m)), []),
        ["a slope that is infinite"] = (m => m.Node(
            "Max", m.Node("Mul", "x", m.Raw([1e-38f])).Value, m.Node("Mul", "x", m.Raw([-1e38f])).Value), ["batch", 1]),
        ["weights that are a view of a view"] = (m =>
        {
            string w = m.Node("Expand", m.Raw([1f], 1), m.Integers(2, 25, 2, 5, 5, 2, 5, 5)).Value;
            for (int k = 0; k < 55; k++) w = m.Node("Transpose", w).With("perm", new long[] { 0, 2, 1, 3, 4, 5, 7, 6 }).Value;
            return m.Node("MatMul", "x", m.Node("Reshape", w, m.Integers(500, 250)).Value);
        }, ["batch", 500]),
    };

    public static TheoryData<string> Names { get; } = [.. s_all.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public static void What_does_not_fit_is_refused(string name)
    {
        (Func<OnnxBuilder, OnnxBuilder> add, object?[] dimensions) = s_all[name];
        OnnxBuilder model = add(new OnnxBuilder(dimensions));
        if (!name.StartsWith("weights", StringComparison.Ordinal)) model.Op("MatMul", model.Raw([1f], 1, 1));
        Assert.NotNull(OnnxHostileTests.Load(model.ToBytes()));
    }

    /// <summary>A list is not searched again for each of its places.</summary>
    [Fact]
    public static void Long_lists_take_no_long_time()
    {
        var joined = new OnnxBuilder("batch", 3);
        string one = joined.Integers(1);
        string shape = joined.Node("Concat", [.. Enumerable.Repeat(one, 60_000), .. Enumerable.Repeat("", 60_000)]).With("axis", 0).Value;
        AssertRefused(joined.Node("Reshape", "x", shape));

        var function = new FunctionProto { Name = "F", Domain = "d", Output = { "o" } };
        function.Input.AddRange(Enumerable.Range(0, 60_000).Select(k => $"{k:x}"));
        function.Node.Add(new NodeProto { OpType = "Sum", Output = { "o" } });
        function.Node[0].Input.AddRange(Enumerable.Repeat(function.Input[^1], 30_000));
        OnnxBuilder called = new OnnxBuilder("batch", 3).Op("F");
        called.Graph.Node[^1].Domain = "d";
        called.Model.Functions.Add(function);
        AssertRefused(called);
    }

    private static void AssertRefused(OnnxBuilder model) =>
        Assert.NotNull(OnnxHostileTests.Load([.. model.ToBytes(), .. OnnxHostileTests.Part(0x32, new byte[Documentation])]));

    private static OnnxBuilder Parts(OnnxBuilder model, int count)
    {
        string first = model.Integers(0), end = model.Integers(-1), axis = model.Integers(1);
        for (int k = 0; k < count; k++) model.Op("Slice", first, end, axis);
        return model;
    }

    private static OnnxBuilder Joined(OnnxBuilder model, int count) =>
        model.Node("Concat", [.. Enumerable.Repeat("x", count)]).With("axis", 1);

    /// <summary>A vector of ones that takes no space in the file.</summary>
    private static string Ones(OnnxBuilder model, int count) => model.Node("ConstantOfShape", model.Integers(count)).With(
        "value", new TensorProto { DataType = 7, Dims = { 1 }, Int64Data = { 1 } }).Value;

    private static string Empty(OnnxBuilder model, params long[] shape) => model.Typed<long>(7, [], shape);

    private static string Two(OnnxBuilder model) => model.Raw([1f, 2f], 2);

    private static string Three(OnnxBuilder model) => model.Raw([1f, 2f, 3f], 3);
}
