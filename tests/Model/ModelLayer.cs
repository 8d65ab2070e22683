using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>A layer: a view of the parameters of its network.</summary>
internal sealed class ModelLayer(float[] parameters, int start, int inputs, int outputs, Function f)
{
    /// <summary>n_in.</summary>
    internal int Inputs => inputs;

    /// <summary>n_out.</summary>
    internal int Outputs => outputs;

    internal Function F => f;

    private bool Narrow => inputs >= 8 && outputs <= 32;

    /// <summary>The place of w_ij in the parameters, from input j to output i.</summary>
    internal int WeightAt(int i, int j) => start + j * outputs + i;

    /// <summary>The place of b_i in the parameters.</summary>
    internal int BiasAt(int i) => start + inputs * outputs + i;

    internal float Weight(int i, int j) => parameters[WeightAt(i, j)];

    internal float Bias(int i) => parameters[BiasAt(i)];

    /// <summary>The sums z of the inputs a.</summary>
    internal float[] Sums(float[] a) => [.. Enumerable.Range(0, outputs).Select(i => Sum(i, a))];

    private float Sum(int i, float[] a)
    {
        return Narrow
            ? (Chain(Bias(i), 0, 4) + Chain(+0f, 2, 4)) + (Chain(+0f, 1, 4) + Chain(+0f, 3, 4))
            : Chain(Bias(i), 0, 1);

        float Chain(float z, int first, int step)
        {
            for (int j = first; j < inputs; j += step) z = Fma(Weight(i, j), a[j], z);
            return z;
        }
    }
}
