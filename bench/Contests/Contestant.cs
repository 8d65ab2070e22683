using System.Collections.Immutable;
using FastNN.Dispatch;
using FastNN.Reference;

namespace FastNN.Bench.Contests;

/// <summary>
/// Who runs in the benchmarks: the reference, the library of .NET to compare with, and every vector variant of this machine.
/// </summary>
public sealed class Contestant
{
    private readonly string _name;

    private Contestant(string name, KernelSet set) => (_name, Set) = (name, set);

    internal static Contestant TensorPrimitives { get; } =
        new(nameof(TensorPrimitives), new KernelSet<TensorPrimitivesKernels, ScalarTileKernels>(KernelVariant.Auto));

    internal static ImmutableArray<Contestant> Variants { get; } =
        [.. KernelSet.Supported.Select(set => new Contestant(set.Variant.ToString(), set))];

    internal static Contestant Scalar => Variants[0];

    /// <summary>The variants that take batches in tiles, the widest first; Scalar where there are no vectors.</summary>
    internal static ImmutableArray<Contestant> Vectors { get; } = Variants.Length == 1 ? Variants : [.. Variants[1..].Reverse()];

    internal static ImmutableArray<Contestant> All { get; } = [Scalar, TensorPrimitives, .. Variants[1..]];

    internal KernelSet Set { get; }

    /// <summary>BenchmarkDotNet's name of the parameter.</summary>
    public override string ToString() => _name;
}
