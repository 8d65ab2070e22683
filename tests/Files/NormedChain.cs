using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// Layers with norms, and what they compute, in double precision and without any fold. The layers have the names 0, 3, 6…, and ReLU between
/// them. The numbers are those that the file has.
/// </summary>
internal sealed class NormedChain
{
    private const double Unit = 1.0 / (1 << 24);
    private readonly Random _random;
    private readonly string _prefix, _type;
    private readonly int[] _widths;
    private readonly double[][,] _weights;
    private readonly double[]?[] _biases;
    private readonly List<TensorFile.Tensor> _tensors = [];
    private readonly List<Norm> _norms = [];

    internal NormedChain(int seed, int[] widths, string prefix = "", string type = "F32", bool biases = true)
    {
        (_random, _widths, _prefix, _type) = (new Random(seed), widths, prefix, type);
        _weights = new double[widths.Length - 1][,];
        _biases = new double[]?[widths.Length - 1];
        for (int l = 0; l < _weights.Length; l++)
        {
            double[] w = Draw($"{LayerOf(l)}.weight", [widths[l + 1], widths[l]], -1, 1);
            _weights[l] = new double[widths[l + 1], widths[l]];
            Buffer.BlockCopy(w, 0, _weights[l], 0, w.Length * sizeof(double));
            if (biases) _biases[l] = Draw($"{LayerOf(l)}.bias", [widths[l + 1]], -1, 1);
        }
    }

    /// <summary>The tensors in the order of their names, as the package of Python writes them.</summary>
    internal byte[] File => TensorFile.Of([.. _tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)]);

    internal LoadOptions Options => NetworkFileTests.Given with { Norms = [.. _norms.Select(norm => norm.Place)] };

    internal string LayerOf(int l) => $"{_prefix}{3 * l}";

    /// <summary>Adds a norm behind those that are at the same place.</summary>
    internal NormedChain With(int layer, bool isAfter, bool affine = true, double epsilon = 1e-5)
    {
        string name = $"{_prefix}norm{_norms.Count}";
        int n = isAfter ? _widths[layer + 1] : _widths[layer];
        var place = new BatchNorm(name)
        {
            After = isAfter ? LayerOf(layer) : null,
            Before = isAfter ? null : LayerOf(layer),
            Epsilon = epsilon,
        };
        _norms.Add(new Norm(
            place, layer, isAfter, Draw($"{name}.running_mean", [n], -1, 1), Draw($"{name}.running_var", [n], 0.01, 4),
            affine ? Draw($"{name}.weight", [n], -2, 2) : null, affine ? Draw($"{name}.bias", [n], -1, 1) : null));
        _tensors.Add(new($"{name}.num_batches_tracked", "I64", [], new byte[8]));
        return this;
    }

    /// <summary>Each folded number is the double one, rounded once. The last digits of sums of doubles may differ.</summary>
    internal void AssertFolded(Network network)
    {
        for (int l = 0; l < _weights.Length; l++)
        {
            int inputs = _widths[l], outputs = _widths[l + 1];
            for (int i = 0; i < outputs; i++)
            {
                double after = _norms.Where(norm => norm.Layer == l && norm.IsAfter).Aggregate(1.0, (s, norm) => s * norm.Factor(i));
                for (int j = 0; j < inputs; j++)
                {
                    double before = _norms.Where(norm => norm.Layer == l && !norm.IsAfter).Aggregate(1.0, (s, norm) => s * norm.Factor(j));
                    AssertRounded(after * _weights[l][i, j] * before, network.Layers[l].Weights[j * outputs + i], 0);
                }

                // A layer of zeros has its biases as sums.
                AssertRounded(Sum(l, new double[inputs], i), network.Layers[l].Biases[i], 1e-13);
            }
        }
    }

    /// <summary>The outputs differ from those of this chain by at most what the floats of the network explain.</summary>
    internal void AssertForward(Network network, int samples = 5)
    {
        for (int s = 0; s < samples; s++)
        {
            float[] inputs = Cases.Uniform(s + 1, _widths[0], -1, 1), outputs = new float[_widths[^1]];
            network.Forward(inputs, outputs);
            double[] x = Array.ConvertAll(inputs, value => (double)value), errors = new double[x.Length];
            for (int l = 0; l < _weights.Length; l++) (x, errors) = Next(network, l, x, errors);
            for (int i = 0; i < outputs.Length; i++) Assert.InRange(outputs[i], x[i] - errors[i], x[i] + errors[i]);
        }
    }

    /// <summary>A layer's outputs, and a bound of the errors: of the inputs, of folded numbers, and of each float of the sums.</summary>
    private (double[] Outputs, double[] Errors) Next(Network network, int l, double[] x, double[] errors)
    {
        int outputs = _widths[l + 1];
        double[] y = new double[outputs], bounds = new double[outputs];
        Layer layer = network.Layers[l];
        for (int i = 0; i < outputs; i++)
        {
            y[i] = Sum(l, x, i);
            double sizes = Math.Abs(layer.Biases[i]);
            for (int j = 0; j < x.Length; j++)
            {
                double w = Math.Abs(layer.Weights[j * outputs + i]);
                sizes += w * (Math.Abs(x[j]) + errors[j]);
                bounds[i] += w * errors[j];
            }

            bounds[i] += 1.01 * (x.Length + 3) * Unit * sizes;
            if (l < _weights.Length - 1) y[i] = Math.Max(0, y[i]);
        }

        return (y, bounds);
    }

    /// <summary>The sum of a layer: behind the norms before it, through the layer, and behind the norms after it.</summary>
    private double Sum(int l, double[] x, int i)
    {
        double sum = _biases[l]?[i] ?? 0;
        for (int j = 0; j < x.Length; j++) sum += _weights[l][i, j] * Through(l, false, x[j], j);
        return Through(l, true, sum, i);
    }

    private double Through(int layer, bool isAfter, double value, int i) =>
        _norms.Where(norm => norm.Layer == layer && norm.IsAfter == isAfter).Aggregate(value, (x, norm) => norm.Apply(x, i));

    private double[] Draw(string name, long[] shape, double low, double high)
    {
        double[] values = new double[shape.Aggregate(1L, (size, dimension) => size * dimension)];
        for (int k = 0; k < values.Length; k++) values[k] = InType(low + (high - low) * _random.NextDouble());
        float[] floats = Array.ConvertAll(values, value => (float)value);
        _tensors.Add(_type switch
        {
            "F16" => TensorFile.F16(name, shape, floats),
            "BF16" => TensorFile.BF16(name, shape, floats),
            "F64" => TensorFile.F64(name, shape, values),
            _ => TensorFile.F32(name, shape, floats),
        });
        return values;
    }

    private double InType(double value) => _type switch
    {
        "F16" => (double)(Half)value,
        "BF16" => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF0000),
        "F64" => value,
        _ => (float)value,
    };

    private static void AssertRounded(double expected, float actual, double error)
    {
        float size = Math.Abs(actual);
        double half = (MathF.BitIncrement(size) - (double)size) / 2;
        Assert.InRange(actual, expected - half * (1 + 1e-6) - error, expected + half * (1 + 1e-6) + error);
    }

    private sealed record Norm(
        BatchNorm Place, int Layer, bool IsAfter, double[] Mean, double[] Variance, double[]? Weight, double[]? Bias)
    {
        internal double Factor(int i) => 1 / Math.Sqrt(Variance[i] + Place.Epsilon) * (Weight?[i] ?? 1);

        internal double Apply(double x, int i) =>
            (x - Mean[i]) / Math.Sqrt(Variance[i] + Place.Epsilon) * (Weight?[i] ?? 1) + (Bias?[i] ?? 0);
    }
}
