using System.Runtime.CompilerServices;
using FastNN.Contract;
using FastNN.Passes;
using FastNN.Plumbing;
using FastNN.Tuning;

namespace FastNN.Ensembles;

/// <summary>Members in the lanes of vectors, in blocks of sixteen (<see cref="MemberBlocks"/>).</summary>
internal sealed unsafe class MembersInLanes : MemberStore
{
    private const int Lanes = MemberBlocks.Members;

    private readonly EnsemblePasses _passes;
    private readonly AlignedBuffer _parameters;
    private AlignedBuffer? _before; // what Rearrange copies from

    internal MembersInLanes(Network shape, int count)
        : base(shape, count)
    {
        _passes = EnsemblePasses.Of(shape.Plan);
        _parameters = new AlignedBuffer(Floats);
    }

    internal override int Group => Lanes;

    internal float* Parameters => _parameters.Pointer;

    internal override void Read(int member, Span<float> parameters, int first = 0) => Read(PlaceOf(member, first), parameters);

    internal override void Write(int member, ReadOnlySpan<float> parameters, int first = 0) => Write(PlaceOf(member, first), parameters);

    internal override void Rearrange(ReadOnlySpan<int> sources) => Rearrange(_parameters, sources);

    /// <summary>Numbers that lie as the parameters do: those of member i become what those of member sources[i] were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Rearrange(AlignedBuffer blocks, ReadOnlySpan<int> sources)
    {
        _before ??= new AlignedBuffer(_parameters.Length);
        blocks.Span.CopyTo(_before.Span);
        for (int i = 0; i < sources.Length; i++)
        {
            if (sources[i] == i) continue;

            float* from = _before.Pointer + MemberBlocks.PlaceOf(sources[i], Plan.Parameters);
            float* to = blocks.Pointer + MemberBlocks.PlaceOf(i, Plan.Parameters);
            for (int p = 0; p < Plan.Parameters; p++) to[p * Lanes] = from[p * Lanes];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(int first, int members, float* x, nint xStride, int batch, float* y, nint yStride)
    {
        int together = Routes.MembersTogether(2 * Plan.Widest, 0, batch, out int samplesTogether, Machine.Here);
        float* scratch = ThreadScratch.Get(_passes.Scratch(together, samplesTogether));
        for (int end = first + members, here; first < end; first += here)
        {
            here = Math.Min(together * Lanes, end - first);
            float* parameters = _parameters.Pointer + MemberBlocks.PlaceOf(first, Plan.Parameters), from = x, to = y;
            for (int left = batch, samples; left > 0; left -= samples)
            {
                samples = Math.Min(left, samplesTogether);
                _passes.Forward(parameters, here, from, xStride, samples, to, yStride, scratch);
                from += (nint)samples * Plan.Inputs;
                to += (nint)samples * Plan.Outputs;
            }

            x += here * xStride;
            y += here * yStride;
        }
    }

    internal override MemberSteps StepsBy(StepSettings settings) => new StepsInLanes(this, settings);

    /// <summary>Copies a member's numbers out of the lanes.</summary>
    internal static void Read(float* blocks, int member, Span<float> numbers) =>
        Read(blocks + MemberBlocks.PlaceOf(member, numbers.Length), numbers);

    /// <summary>Copies a member's numbers into the lanes.</summary>
    internal static void Write(float* blocks, int member, ReadOnlySpan<float> numbers) =>
        Write(blocks + MemberBlocks.PlaceOf(member, numbers.Length), numbers);

    private float* PlaceOf(int member, int parameter) =>
        _parameters.Pointer + MemberBlocks.PlaceOf(member, Plan.Parameters) + (nint)parameter * Lanes;

    private static void Read(float* from, Span<float> numbers)
    {
        foreach (ref float number in numbers)
        {
            number = *from;
            from += Lanes;
        }
    }

    private static void Write(float* to, ReadOnlySpan<float> numbers)
    {
        foreach (float number in numbers)
        {
            *to = number;
            to += Lanes;
        }
    }
}
