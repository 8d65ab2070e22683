using FastNN.Contract;

namespace FastNN.Dispatch;

/// <summary>An object that is written once for the primitives of any variant. It takes them as types.</summary>
/// <typeparam name="TResult">What it makes of them.</typeparam>
internal interface IKernelUser<out TResult>
{
    TResult Take<K, T>()
        where K : struct, IKernels
        where T : struct, ITileKernels;
}
