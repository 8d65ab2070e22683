using System.Runtime.CompilerServices;

namespace FastNN.Ensembles;

/// <summary>Members that are networks one by one.</summary>
internal sealed unsafe class MembersApart : MemberStore
{
    private readonly Network[] _networks;

    internal MembersApart(Network shape, int count)
        : base(shape, count)
    {
        _networks = new Network[count];
        for (int i = 0; i < count; i++) _networks[i] = shape.Clone();
    }

    internal override int Group => 1;

    internal ReadOnlySpan<Network> Networks => _networks;

    internal override void Read(int member, Span<float> parameters, int first = 0) =>
        _networks[member].Parameters.Slice(first, parameters.Length).CopyTo(parameters);

    internal override void Write(int member, ReadOnlySpan<float> parameters, int first = 0) =>
        parameters.CopyTo(_networks[member].Parameters[first..]);

    internal override void Rearrange(ReadOnlySpan<int> sources) => Rearrange(sources, member => _networks[member].Parameters);

    /// <summary>Numbers of members, wherever they are: those of member i become what those of member sources[i] were.</summary>
    internal static void Rearrange(ReadOnlySpan<int> sources, Func<int, Span<float>> numbersOf)
    {
        float[][] before = new float[sources.Length][];
        for (int i = 0; i < before.Length; i++) before[i] = numbersOf(i).ToArray();
        for (int i = 0; i < before.Length; i++) before[sources[i]].CopyTo(numbersOf(i));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(int first, int members, float* x, nint xStride, int batch, float* y, nint yStride)
    {
        int inputs = batch * Plan.Inputs, outputs = batch * Plan.Outputs;
        foreach (Network network in _networks.AsSpan(first, members))
        {
            network.Forward(new ReadOnlySpan<float>(x, inputs), new Span<float>(y, outputs));
            x += xStride;
            y += yStride;
        }
    }

    internal override MemberSteps StepsBy(StepSettings settings) => new StepsApart(this, settings);
}
