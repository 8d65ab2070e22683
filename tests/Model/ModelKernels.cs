using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>The methods of Kernels, for one sample alone.</summary>
internal static class ModelKernels
{
    /// <summary>Gives δ⁻, and changes w and b.</summary>
    internal static float[] BackwardUpdate(
        float[] a, float[] delta, float[] parameters, Function inputActivation, float learningRate)
    {
        return Backward(a, delta, parameters, inputActivation, Change);

        void Change(int k, float d, float input) => parameters[k] = Fma(-learningRate, d * input, parameters[k]);
    }

    /// <summary>Gives δ⁻, and adds to the gradients of w and b.</summary>
    internal static float[] BackwardAccumulate(
        float[] a, float[] delta, float[] parameters, Function inputActivation, float[] gradient)
    {
        return Backward(a, delta, parameters, inputActivation, Add);

        void Add(int k, float d, float input) => gradient[k] = Fma(d, input, gradient[k]);
    }

    internal static void GradientDescent(float[] w, float[] g, float scale, float learningRate)
    {
        for (int k = 0; k < w.Length; k++) w[k] = Fma(-learningRate, g[k] * scale, w[k]);
    }

    private static float[] Backward(
        float[] a, float[] delta, float[] parameters, Function inputActivation, Action<int, float, float> change)
    {
        var layer = new ModelLayer(parameters, 0, a.Length, delta.Length, Function.Identity);
        float[] before = Deltas.Before(layer, delta, Activations.Slopes(inputActivation, a, a), alone: true);
        for (int i = 0; i < delta.Length; i++)
        {
            for (int j = 0; j < a.Length; j++) change(layer.WeightAt(i, j), delta[i], a[j]);
            change(layer.BiasAt(i), delta[i], 1);
        }

        return before;
    }
}
