using System.Runtime.CompilerServices;
using FastNN.Plumbing;

namespace FastNN.Ensembles;

/// <summary>Work on all members of an ensemble, on one thread or several: a part of the members is an item.</summary>
internal abstract class MemberWork : ParallelWork
{
    /// <summary>Parts for each thread, so that the last one is not waited for long.</summary>
    private const int PartsOfThread = 4;

    private int _count, _size;

    /// <summary>Does the work on members 0..count−1. A part has whole groups of members.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected void RunMembers(int count, int group, int threads)
    {
        int groups = Parts.Of(count, group), parts = (int)Math.Min(groups, threads == 1 ? 1L : (long)PartsOfThread * threads);
        _count = count;
        _size = Parts.Of(groups, parts) * group;
        Run(Parts.Of(count, _size), threads);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void RunItem(int item)
    {
        int first = item * _size;
        Do(first, Math.Min(_size, _count - first));
    }

    /// <summary>The work on some members.</summary>
    private protected abstract void Do(int first, int members);
}
