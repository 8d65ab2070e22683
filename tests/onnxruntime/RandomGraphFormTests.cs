using FastNN.Tests.Graphs;
using Xunit;

namespace FastNN.Tests;

/// <summary>The random graphs have what they are for: every operator, and graphs of both kinds.</summary>
public class RandomGraphFormTests
{
    private const int Count = 3000;

    private static readonly Lazy<RandomGraph[]> s_graphs = new(() => [.. Enumerable.Range(0, Count).Select(RandomGraph.Create)]);

    /// <summary>What FastNN reads, or refuses by name.</summary>
    public static TheoryData<string> Operators { get; } =
    [
        .. "Abs Add ArgMax ArrayFeatureExtractor Atan BatchNormalization BiasGelu Cast Celu Clip Concat Constant".Split(' '),
        .. "ConstantOfShape Conv CumSum DequantizeLinear Div Dropout Elu Erf Exp Expand FastGelu Flatten FusedGemm".Split(' '),
        .. "FusedMatMul GRU Gather Gelu Gemm HardSigmoid HardSwish Hardmax Identity LSTM LayerNormalization LeakyRelu".Split(' '),
        .. "Log LogSoftmax LpNormalization MatMul Max Min Mish Mul Neg Normalizer PRelu Pow QuantizeLinear QuickGelu".Split(' '),
        .. "RNN Reciprocal ReduceL2 ReduceMean ReduceSum ReduceSumSquare Relu Reshape Scaler Selu Shape Sigmoid Slice".Split(' '),
        .. "Softmax Softplus Softsign Split Sqrt Squeeze Sub Sum Swish Tanh ThresholdedRelu Transpose Unsqueeze Where".Split(' '),
        "ZipMap",
    ];

    [Theory]
    [MemberData(nameof(Operators))]
    public void An_operator_is_in_a_graph(string type) =>
        Assert.Contains(s_graphs.Value, graph => graph.Model.Graph.Node.Any(node => node.OpType == type));

    [Fact]
    public void A_tenth_to_a_quarter_is_to_be_refused() =>
        Assert.InRange(s_graphs.Value.Count(graph => graph.Planted != null), Count / 10, Count / 4);

    [Fact]
    public void The_same_seed_gives_the_same_graph() =>
        Assert.All(s_graphs.Value.Take(100), graph => Assert.Equal(graph.Bytes, RandomGraph.Create(graph.Seed).Bytes));
}
