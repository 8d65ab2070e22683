using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;
using FastNN.Tuning;
using static System.FormattableString;

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

    /// <summary>Floats for a number of each parameter of all members, in blocks of sixteen members.</summary>
    internal int Floats { get; } = FloatsFor(shape.Plan.Parameters, count);

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

    /// <summary>The limit is the same for all members, wherever they are, so that every variant takes the same ensembles.</summary>
    private static int FloatsFor(int parameters, int count)
    {
        long floats = (long)MemberBlocks.Members * parameters * MemberBlocks.Of(count);
        return floats <= AlignedBuffer.MaxLength
            ? (int)floats
            : throw new ArgumentOutOfRangeException(
                nameof(count), count,
                Invariant($"count must be so small that {AlignedBuffer.MaxLength} floats hold the parameters, {parameters} for each of ")
                + Invariant($"count members rounded up to sixteen, but is {count}."));
    }

    internal static MemberStore Of(Network shape, int count) =>
        shape.KernelVariant != KernelVariant.Scalar && Routes.MembersInLanes(shape.Plan.Parameters, Machine.Here)
            ? new MembersInLanes(shape, count)
            : new MembersApart(shape, count);
}
