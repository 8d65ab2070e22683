using FastNN.Passes;
using FastNN.Tuning;

namespace FastNN.Ensembles;

/// <summary>
/// The members of an ensemble: where their parameters are, and how they go forward. Small networks are in the lanes of vectors. Wide ones
/// are networks one by one, and so are those of the reference: an ensemble is defined as that.
/// </summary>
internal abstract unsafe class MemberStore(Network shape, int count)
{
    /// <summary>A network with the widths, activations and kernels of the members. Its parameters are not used.</summary>
    internal Network Shape => shape;

    internal int Count => count;

    private protected NetworkPlan Plan => shape.Plan;

    /// <summary>How many members one part of the work has at least.</summary>
    internal abstract int Group { get; }

    /// <summary>Copies the parameters of a member, from the given one on.</summary>
    internal abstract void Read(int member, Span<float> parameters, int first = 0);

    /// <summary>The same back.</summary>
    internal abstract void Write(int member, ReadOnlySpan<float> parameters, int first = 0);

    /// <summary>Member i becomes what member sources[i] was.</summary>
    internal abstract void Rearrange(ReadOnlySpan<int> sources);

    /// <summary>Some members forward. The pointers are those of the first of them.</summary>
    internal abstract void Forward(int first, int members, float* x, nint xStride, int batch, float* y, nint yStride);

    /// <summary>The steps by an optimizer, for one trainer.</summary>
    internal abstract MemberSteps StepsBy(StepSettings settings);

    internal static MemberStore Of(Network shape, int count) =>
        shape.KernelVariant != KernelVariant.Scalar && Routes.MembersInLanes(shape.Plan.Parameters, Machine.Here)
            ? new MembersInLanes(shape, count)
            : new MembersApart(shape, count);
}
