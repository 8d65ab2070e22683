using System.Runtime.CompilerServices;

namespace FastNN.Ensembles;

/// <summary>Forward for all members. Each thread that calls it has an object of its own.</summary>
internal sealed unsafe class ForwardWork : MemberWork
{
    [ThreadStatic]
    private static ForwardWork? t_work;

    private MemberStore? _members;
    private float* _x, _y;
    private nint _xStride, _yStride;
    private int _batch;

    /// <summary>A batch for each member, from x to y. xStride is 0 if all members have the same batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run(MemberStore members, float* x, nint xStride, float* y, int batch, int threads)
    {
        ForwardWork work = t_work ??= new ForwardWork();
        work._members = members;
        work._x = x;
        work._y = y;
        work._xStride = xStride;
        work._yStride = (nint)batch * members.Shape.Outputs;
        work._batch = batch;
        try
        {
            work.RunMembers(members.Count, members.Group, threads);
        }
        finally
        {
            work._members = null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Do(int first, int members) =>
        _members!.Forward(first, members, _x + first * _xStride, _xStride, _batch, _y + first * _yStride, _yStride);
}
