using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Passes;

/// <summary>
/// The way forward of blocks of sixteen networks (<see cref="MemberBlocks"/>): the lanes are the networks. Nothing is checked, and nothing
/// is allocated.
/// </summary>
internal abstract unsafe class EnsemblePasses(NetworkPlan plan)
{
    internal NetworkPlan Plan => plan;

    /// <summary>Floats of scratch memory for <see cref="Forward"/>: the inputs and the outputs of a layer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Scratch(int blocks, int samples) => checked(2 * MemberBlocks.Members * blocks * plan.Widest * samples);

    /// <summary>The passes for the primitives of the plan's variant.</summary>
    internal static EnsemblePasses Of(NetworkPlan plan) => plan.Kernels.GiveTo(new Factory(plan));

    /// <summary>Some samples of each member of some blocks through all layers.</summary>
    /// <param name="parameters">Of the first block.</param>
    /// <param name="members">Members, in at least one block. Only the last block may have fewer than sixteen.</param>
    /// <param name="x">Inputs of the first sample of the first member. The samples follow one another.</param>
    /// <param name="xStride">Floats from there to the first sample of the second member. 0 if all members have the same samples.</param>
    /// <param name="samples">At least 1.</param>
    /// <param name="y">Receives the outputs of the first sample of the first member.</param>
    /// <param name="yStride">Floats from there to those of the second member.</param>
    /// <param name="scratch">Memory, <see cref="Scratch"/> floats.</param>
    internal abstract void Forward(
        float* parameters, int members, float* x, nint xStride, int samples, float* y, nint yStride, float* scratch);

    private sealed class Factory(NetworkPlan plan) : IKernelUser<EnsemblePasses>
    {
        public EnsemblePasses Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels => new EnsemblePasses<T>(plan);
    }
}

/// <summary>Written once for the primitives of any variant.</summary>
internal sealed unsafe class EnsemblePasses<T>(NetworkPlan plan) : EnsemblePasses(plan)
    where T : struct, ITileKernels
{
    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly ActivationKernels[] _functions = plan.Functions;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(
        float* parameters, int members, float* x, nint xStride, int samples, float* y, nint yStride, float* scratch)
    {
        var group = new MemberGroup(MemberBlocks.Of(members), samples, (nint)Plan.Parameters * MemberBlocks.Members);
        float* a = scratch, z = scratch + (nint)Plan.Widest * group.Row;
        MemberRows<T>.Gather(x, xStride, members, Plan.Inputs, a, group);
        for (int l = 0; l < _layers.Length; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            float* w = parameters + (nint)layer.Weights * MemberBlocks.Members, b = parameters + (nint)layer.Biases * MemberBlocks.Members;
            T.MemberForward(a, layer.Inputs, w, b, z, layer.Outputs, group);
            _functions[l].ActivateTiles(z, layer.Outputs, group.Row, 1, 0);
            float* free = a;
            a = z;
            z = free;
        }

        MemberRows<T>.Scatter(a, members, Plan.Outputs, y, yStride, group);
    }
}
