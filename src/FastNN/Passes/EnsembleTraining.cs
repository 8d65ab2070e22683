using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastNN.Contract;
using FastNN.Dispatch;

namespace FastNN.Passes;

/// <summary>
/// A step of blocks of sixteen networks (<see cref="MemberBlocks"/>): the lanes are the networks. Each has the bits of a
/// <see cref="TrainingPasses"/>. Nothing is checked, and nothing is allocated.
/// </summary>
internal abstract unsafe class EnsembleTraining(NetworkPlan plan)
{
    internal NetworkPlan Plan => plan;

    /// <summary>Neurons of all layers, inputs and kept slopes included, that a sample needs in a step.</summary>
    internal int NeuronsOfSample { get; } = NeuronsOf(plan);

    /// <summary>Floats of scratch memory for <see cref="Step"/>.</summary>
    internal abstract int Scratch(int blocks, int samples);

    /// <summary>
    /// One step of some blocks. Samples of a batch are taken some at a time, <see cref="MemberStep.Together"/>. If they are more, there is
    /// one block.
    /// </summary>
    internal abstract void Step(in MemberStep step, float* scratch);

    /// <summary>The passes for the primitives of the plan's variant.</summary>
    internal static EnsembleTraining Of(NetworkPlan plan, OutputKernels output, UpdateKernel update) =>
        plan.Kernels.GiveTo(new Factory(plan, output, update));

    private static int NeuronsOf(NetworkPlan plan)
    {
        int neurons = 2 * plan.Widest + plan.Shapes[^1].SlopesEnd + 2 * plan.Outputs; // deltas, slopes, outputs and targets
        foreach (ref readonly LayerShape layer in plan.Shapes.AsSpan()) neurons += layer.Inputs;
        return neurons;
    }

    private sealed class Factory(NetworkPlan plan, OutputKernels output, UpdateKernel update) : IKernelUser<EnsembleTraining>
    {
        public EnsembleTraining Take<K, T>()
            where K : struct, IKernels
            where T : struct, ITileKernels => new EnsembleTraining<T>(plan, output, update);
    }
}

/// <summary>Written once for the primitives of any variant.</summary>
internal sealed unsafe class EnsembleTraining<T>(NetworkPlan plan, OutputKernels output, UpdateKernel update) : EnsembleTraining(plan)
    where T : struct, ITileKernels
{
    private const int Lanes = MemberBlocks.Members, Sums = 2 * Lanes; // floats of sixteen doubles

    private readonly LayerShape[] _layers = plan.Shapes;
    private readonly ActivationKernels[] _functions = [.. plan.Functions.AsSpan(0, plan.Functions.Length - 1), output.Function];

    /// <summary>For each layer, the inputs of the layers before it.</summary>
    private readonly int[] _inputsBefore = InputsBefore(plan.Shapes);

    internal override int Scratch(int blocks, int samples)
    {
        int gradients = (blocks + 3) * Lanes * Plan.Parameters; // and three more that are rare
        return checked(blocks * (samples * Lanes * (NeuronsOfSample + output.CostRows) + Sums) + gradients);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Step(in MemberStep step, float* scratch)
    {
        int blocks = MemberBlocks.Of(step.Members);
        var memory = new Memory(Plan, output.CostRows, blocks, step.Together, scratch);
        new Span<float>(memory.CostSums, blocks * Sums).Clear();
        for (int first = 0, samples; first < step.Batch; first += samples)
        {
            samples = Math.Min(step.Batch - first, step.Together);
            samples = Math.Min(samples, GradientSegments.Samples - first % GradientSegments.Samples);
            var group = new MemberGroup(blocks, samples, (nint)Plan.Parameters * Lanes);
            Forward(in step, in memory, group, first);
            OutputDelta(in step, in memory, group, first);
            if (step.Updates) Backward(in step, in memory, group, first);
        }

        if (step.Batch == 1)
        {
            new Span<float>(memory.Costs, step.Members).CopyTo(new Span<float>(step.Costs, step.Members));
            return;
        }

        double* sums = (double*)memory.CostSums;
        double divisor = step.IsMean ? step.Batch : 1;
        for (int m = 0; m < step.Members; m++) step.Costs[m] = (float)(sums[m] / divisor);
    }

    /// <summary>Some samples through all layers. The inputs of all layers are kept, and the outputs of the last are apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(in MemberStep step, in Memory memory, MemberGroup group, int first)
    {
        int row = group.Row;
        MemberRows<T>.Gather(
            step.X + first * (nint)Plan.Inputs, step.XStride, step.Members, Plan.Inputs, memory.Inputs, group);
        for (int l = 0; l < _layers.Length; l++)
        {
            ref readonly LayerShape layer = ref _layers[l];
            float* w = step.Parameters + (nint)layer.Weights * Lanes, b = step.Parameters + (nint)layer.Biases * Lanes;
            float* a = memory.Inputs + _inputsBefore[l] * (nint)row;
            float* y = l == _layers.Length - 1 ? memory.Outputs : memory.Inputs + _inputsBefore[l + 1] * (nint)row;
            float* z = layer.KeepsSlope ? memory.Slopes + layer.Slopes * (nint)row : y;
            T.MemberForward(a, layer.Inputs, w, b, z, layer.Outputs, group);
            if (layer.KeepsSlope) _functions[l].ActivateTileKeepingSlope(z, y, layer.Outputs, row);
            else _functions[l].ActivateTiles(y, layer.Outputs, row, 1, 0);
        }
    }

    /// <summary>The costs, and the delta of the outputs, which replaces them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputDelta(in MemberStep step, in Memory memory, MemberGroup group, int first)
    {
        ref readonly LayerShape last = ref _layers[^1];
        MemberRows<T>.Gather(
            step.Y + first * (nint)last.Outputs, step.YStride, step.Members, last.Outputs, memory.Targets, group);
        float* kept = memory.Slopes + last.Slopes * (nint)group.Row, cost = memory.Costs;
        output.TileDelta(memory.Outputs, kept, memory.Targets, last.Outputs, group.Row, cost);
        if (step.Batch == 1) return;

        double* sums = (double*)memory.CostSums;
        for (int k = 0; k < group.Blocks; k++, sums += Lanes)
        {
            for (int s = 0; s < group.Samples; s++, cost += Lanes) AddCosts(cost, sums);
        }
    }

    /// <summary>Adds the costs of a sample of sixteen networks, in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCosts(float* costs, double* sums)
    {
        for (int m = 0; m < Lanes; m += Vector128<float>.Count)
        {
            Vector128<float> four = Vector128.Load(costs + m);
            Vector128.Store(Vector128.Load(sums + m) + Vector128.WidenLower(four), sums + m);
            Vector128.Store(Vector128.Load(sums + m + 2) + Vector128.WidenUpper(four), sums + m + 2);
        }
    }

    /// <summary>
    /// Backward through all layers. After the last samples the parameters are updated, layer by layer, or all together if the whole
    /// gradient comes first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Backward(in MemberStep step, in Memory memory, MemberGroup group, int first)
    {
        int after = first + group.Samples;
        bool isLast = after == step.Batch, segments = step.Batch > GradientSegments.Samples;
        bool whole = segments || step.ClipNorm < float.PositiveInfinity, begins = first % GradientSegments.Samples == 0;
        bool descends = isLast && step.Descends && !whole;
        float scale = isLast && !segments && step.IsMean ? 1f / step.Batch : 1f;
        float* delta = memory.Outputs, next = memory.Delta;
        for (int l = _layers.Length - 1; l >= 0; l--)
        {
            ref readonly LayerShape layer = ref _layers[l];
            float* a = memory.Inputs + _inputsBefore[l] * (nint)group.Row, w = step.Parameters + (nint)layer.Weights * Lanes;
            if (l > 0)
            {
                ref readonly LayerShape before = ref _layers[l - 1];
                float* kept = before.KeepsSlope ? memory.Slopes + before.Slopes * (nint)group.Row : a;
                _functions[l - 1].MemberBackward(w, delta, layer.Outputs, kept, layer.Inputs, next, group, step.Batch == 1);
            }

            float* g = memory.Gradient + (nint)layer.Weights * Lanes;
            T.MemberGradient(
                a, layer.Inputs, delta, layer.Outputs, group, step.Batch == 1, begins ? null : g, descends ? w : g, scale,
                descends ? step.Terms : null);
            if (isLast && !whole && !step.Descends) Update(in step, in memory, in layer, group);
            delta = next;
            next = next == memory.Delta ? memory.OtherDelta : memory.Delta;
        }

        if (segments && (isLast || after % GradientSegments.Samples == 0)) EndSegment(in step, in memory, first, isLast);
        if (!isLast || !whole) return;

        if (step.ClipNorm < float.PositiveInfinity) LimitNorms(in step, in memory, group);
        foreach (ref readonly LayerShape layer in _layers.AsSpan()) Update(in step, in memory, in layer, group);
    }

    /// <summary>The update of a layer by its gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(in MemberStep step, in Memory memory, in LayerShape layer, MemberGroup group)
    {
        nint weights = (nint)layer.Inputs * layer.Outputs, at = (nint)layer.Weights * Lanes, biases = weights * Lanes;
        UpdateTerms common = step.Common;
        RuleTerms<float> rule = common.Rule;
        for (int k = 0; k < group.Blocks; k++, at += group.BlockStep)
        {
            float* w = step.Parameters + at, g = memory.Gradient + at, first = step.First + at, second = step.Second + at;
            float* terms = step.Terms + k * MemberTerms.Floats;
            update.UpdateMembers(w, g, first, second, weights, true, terms, common.Clip, in rule);
            update.UpdateMembers(
                w + biases, g + biases, first + biases, second + biases, layer.Outputs, false, terms, common.Clip, in rule);
        }
    }

    /// <summary>The factor of each member's gradient that follows from its norm. A norm that is NaN limits nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LimitNorms(in MemberStep step, in Memory memory, MemberGroup group)
    {
        int count = Plan.Parameters;
        double least = (double)step.ClipNorm * step.ClipNorm; // smaller squares of the norm change nothing
        for (int k = 0; k < group.Blocks; k++)
        {
            T.Transpose(memory.Gradient + k * group.BlockStep, Lanes, count, Lanes, memory.Rows, count);
            float* scales = step.Terms + k * MemberTerms.Floats + MemberTerms.Scales;
            for (int m = 0; m < Lanes; m++)
            {
                double norm = Math.Sqrt(Plan.Kernels.SumOfSquares(memory.Rows + m * (nint)count, count, step.Common.Clip, least));
                scales[m] = norm > step.ClipNorm ? (float)(step.ClipNorm / norm) : 1f;
            }
        }
    }

    /// <summary>Adds the gradient of a segment to those before. After the last, the sum replaces the gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndSegment(in MemberStep step, in Memory memory, int first, bool isLast)
    {
        int count = Plan.Parameters * Lanes;
        if (first < GradientSegments.Samples)
        {
            new Span<float>(memory.Gradient, count).CopyTo(new Span<float>(memory.SegmentSums, count));
            new Span<float>(memory.SegmentErrors, count).Clear();
        }
        else
        {
            float scale = isLast && step.IsMean ? 1f / step.Batch : 1f;
            Plan.Kernels.SegmentSum(memory.SegmentSums, memory.SegmentErrors, memory.Gradient, count, scale);
        }
    }

    private static int[] InputsBefore(LayerShape[] layers)
    {
        var before = new int[layers.Length];
        for (int l = 1; l < layers.Length; l++) before[l] = before[l - 1] + layers[l - 1].Inputs;
        return before;
    }

    /// <summary>Where the numbers of some samples are.</summary>
    private readonly struct Memory
    {
        internal readonly float* Inputs, Slopes, Outputs, Delta, OtherDelta, Targets, Costs, CostSums;
        internal readonly float* Gradient, SegmentSums, SegmentErrors, Rows;

        internal Memory(NetworkPlan plan, int costRows, int blocks, int samples, float* scratch)
        {
            nint row = blocks * samples * Lanes, gradient = (nint)plan.Parameters * Lanes;
            ref readonly LayerShape last = ref plan.Shapes[^1];
            int inputs = 0;
            foreach (ref readonly LayerShape layer in plan.Shapes.AsSpan()) inputs += layer.Inputs;
            Inputs = scratch;
            Slopes = Inputs + inputs * row;
            Outputs = Slopes + last.SlopesEnd * row;
            Delta = Outputs + last.Outputs * row;
            OtherDelta = Delta + plan.Widest * row;
            Targets = OtherDelta + plan.Widest * row;
            Costs = Targets + last.Outputs * row;
            CostSums = Costs + costRows * row;
            Gradient = CostSums + blocks * Sums;
            SegmentSums = Gradient + blocks * gradient;
            SegmentErrors = SegmentSums + gradient;
            Rows = SegmentErrors + gradient;
        }
    }
}
