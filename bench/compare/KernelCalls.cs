namespace FastNN.Bench.Compare;

/// <summary>The public kernels of one layer, each for every activation it takes.</summary>
internal sealed class KernelCalls(Build build, string variant)
{
    private static readonly (int Inputs, int Outputs)[] s_layers = [(1, 1), (3, 4), (17, 33), (100, 129), (300, 512), (300, 1024)];
    private readonly Type _kernels = build.TypeOf("Kernels");
    private readonly object _variant = build.Named("KernelVariant", variant);

    internal void Run()
    {
        foreach ((int inputs, int outputs) in s_layers)
        {
            foreach (string name in (string[])["Identity", "Sigmoid", "Tanh", "Relu", "LeakyRelu"]) Layer(inputs, outputs, name);
            foreach (string name in (string[])["Silu", "Gelu", "Softplus", "Softmax"]) Values(inputs, outputs, name);
            Build.Method<Action<float[], float[], float, float>>(_kernels, "GradientDescent", ("kernels", _variant))(
                new float[outputs], Data.Inputs(outputs), 0.5f, 1e-3f);
        }
    }

    private void Values(int inputs, int outputs, string name)
    {
        object activation = build.Named("Activation", name);
        float[] x = Data.Inputs(outputs), weights = Data.Inputs(inputs * outputs);
        Build.Method<Action<float[], float[], float[], float[]>>(
            _kernels, "Forward", ("kernels", _variant), ("activation", activation))(
            Data.Inputs(inputs), weights, x, new float[outputs]);
        Build.Method<Action<float[], float[]>>(_kernels, "Activate", ("kernels", _variant), ("activation", activation))(
            x, new float[outputs]);
        if (name == "Softmax") return;
        Build.Method<Action<float[], float[], float[]>>(_kernels, "ActivateWithSlope", ("kernels", _variant), ("activation", activation))(
            x, new float[outputs], new float[outputs]);
    }

    private void Layer(int inputs, int outputs, string name)
    {
        Values(inputs, outputs, name);
        object activation = build.Named("Activation", name);
        float[] x = Data.Inputs(inputs), delta = new float[outputs], weights = Data.Inputs(inputs * outputs);
        Build.Method<Func<float[], float[], float[], float>>(_kernels, "OutputDelta", ("kernels", _variant), ("activation", activation))(
            Data.Inputs(outputs), new float[outputs], delta);
        foreach (int length in (int[])[0, inputs])
        {
            float[] inputDelta = new float[length];
            Build.Method<Action<float[], float[], float[], float[], float[], float>>(
                _kernels, "BackwardUpdate", ("kernels", _variant), ("inputActivation", activation))(
                x, delta, weights, new float[outputs], inputDelta, 1e-3f);
            Build.Method<Action<float[], float[], float[], float[], float[], float[]>>(
                _kernels, "BackwardAccumulate", ("kernels", _variant), ("inputActivation", activation))(
                x, delta, weights, new float[weights.Length], new float[outputs], inputDelta);
        }
    }
}
