using System.Runtime.CompilerServices;
using FastNN.Fit;
using FastNN.Plumbing;
using FastNN.Simd;

namespace FastNN.Ensembles;

/// <summary>
/// The batches of an epoch, for each member in an order of its own: rows of its samples are copied to [count, batch, …]. Without an order
/// the batches are where the samples are.
/// </summary>
internal sealed unsafe class MemberBatches : MemberWork
{
    private readonly int _count, _samples, _inputs, _outputs, _threads;
    private readonly int[] _orders; // [count, samples], empty if nothing is shuffled
    private readonly AlignedBuffer _x, _y;
    private MemberSamples _given;
    private int _first, _batch;

    /// <param name="shape">A network of the shape of the members.</param>
    /// <param name="count">Members.</param>
    /// <param name="samples">Training samples of each.</param>
    /// <param name="batch">The most samples of a step.</param>
    /// <param name="shuffles">Whether each epoch has a new order.</param>
    /// <param name="threads">The most threads that copy.</param>
    internal MemberBatches(Network shape, int count, int samples, int batch, bool shuffles, int threads)
    {
        (_count, _samples, _threads, _inputs, _outputs) = (count, samples, threads, shape.Inputs, shape.Outputs);
        bool copies = shuffles && batch < samples;
        _orders = new int[copies ? count * samples : 0];
        _x = new AlignedBuffer(copies ? count * batch * _inputs : 0);
        _y = new AlignedBuffer(copies ? count * batch * _outputs : 0);
    }

    /// <summary>Where the samples are.</summary>
    internal void Take(in MemberSamples given) => _given = given;

    /// <summary>A new order of a member's samples.</summary>
    internal void Shuffle(int member, int seed, int epoch)
    {
        if (_orders.Length > 0) EpochOrder.Shuffle(_orders.AsSpan(member * _samples, _samples), seed, epoch);
    }

    /// <summary>A step on the samples first, first + 1, … of each member's order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Step(MemberSteps steps, int first, int batch, float* costs)
    {
        if (_orders.Length == 0)
        {
            float* x = _given.X + first * (nint)_inputs, y = _given.Y + first * (nint)_outputs;
            steps.Step(new MemberSamples(x, _given.XStride, y, _given.YStride, batch), costs);
            return;
        }

        _first = first;
        _batch = batch;
        RunMembers(_count, 1, _threads);
        steps.Step(new MemberSamples(_x.Pointer, (nint)batch * _inputs, _y.Pointer, (nint)batch * _outputs, batch), costs);
        GC.KeepAlive(this); // only pointers lead to the copies
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Do(int first, int members)
    {
        nint inputs = _inputs, outputs = _outputs;
        float* x = _x.Pointer + first * _batch * inputs, y = _y.Pointer + first * _batch * outputs;
        for (int i = first; i < first + members; i++)
        {
            float* ownX = _given.X + i * _given.XStride, ownY = _given.Y + i * _given.YStride;
            foreach (int sample in _orders.AsSpan(i * _samples + _first, _batch))
            {
                Copy(ownX + sample * inputs, ref x, (int)inputs);
                Copy(ownY + sample * outputs, ref y, (int)outputs);
            }
        }
    }

    /// <summary>A row has a few floats, for which a call would take longer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* from, ref float* to, int count)
    {
        for (; count >= 4; count -= 4, from += 4, to += 4) Simd128.Store(Simd128.Load(from), to);
        for (; count > 0; count--) *to++ = *from++;
    }
}
