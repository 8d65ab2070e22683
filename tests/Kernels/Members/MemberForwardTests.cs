using FastNN.Contract;
using FastNN.Dispatch;
using Xunit;

namespace FastNN.Tests.Members;

/// <summary>A layer of sixteen networks. Each has the bits of the scalar reference. No memory but the rows is touched.</summary>
public unsafe class MemberForwardTests
{
    [Theory]
    [MemberData(nameof(Cases.VariantsAndNumbers), MemberType = typeof(Cases))]
    public void Each_network_has_the_bits_that_it_has_alone(KernelVariant variant, Numbers numbers)
    {
        KernelSet kernels = KernelSet.For(variant);
        var supply = new Supply(numbers);
        int shapes = 0;
        foreach ((int inputs, int outputs) in Cases.For(numbers, Cases.Shapes).Concat([(129, 40), (70, 3), (5, 131)]))
        {
            const int lanes = MemberBlocks.Members;
            int samples = 1 + shapes++ % 4, row = samples * lanes;
            Guarded w = supply.Next(inputs * outputs * lanes), b = supply.Next(outputs * lanes), a = supply.Next(inputs * row);
            Guarded actual = supply.Target(outputs * row);
            kernels.GiveTo(new Layer(a.Pointer, inputs, w.Pointer, b.Pointer, actual.Pointer, outputs, samples));
            int lane = shapes % lanes; // each shape compares another network
            var network = new Network([inputs, outputs], Activation.Identity, Activation.Identity, 1, kernels: KernelVariant.Scalar);
            for (int k = 0; k < network.Layers[0].Weights.Length; k++) network.Layers[0].Weights[k] = w.Span[k * lanes + lane];
            for (int i = 0; i < outputs; i++) network.Layers[0].Biases[i] = b.Span[i * lanes + lane];
            float[] x = new float[inputs], expected = new float[outputs], y = new float[outputs];
            for (int s = 0; s < samples; s++)
            {
                for (int j = 0; j < inputs; j++) x[j] = a.Span[j * row + s * lanes + lane];
                for (int i = 0; i < outputs; i++) y[i] = actual.Span[i * row + s * lanes + lane];
                network.Forward(x, expected);
                Cases.AssertSameBits(expected, y, $"{inputs} × {outputs}, network {lane}, sample {s} of {samples}");
            }

            Guarded.AssertUntouched(w, b, a);
            Guarded.AssertGuards(actual);
        }
    }

    /// <summary>Calls the primitive of a variant.</summary>
    private sealed class Layer(float* a, int inputs, float* w, float* b, float* z, int outputs, int samples) : IKernelUser<bool>
    {
        public bool Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels
        {
            T.MemberForward(a, inputs, w, b, z, outputs, new MemberGroup(1, samples, 0));
            return true;
        }
    }
}
