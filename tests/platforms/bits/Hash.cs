using System.Runtime.InteropServices;
using Org.BouncyCastle.Crypto.Digests;

namespace FastNN.Bits;

/// <summary>A SHA-256 sum of numbers. All NaN count as one, because FastNN does not promise which NaN comes out.</summary>
internal sealed class Hash
{
    private const uint AnyNaN = 0x7FC0_0000;

    private readonly Sha256Digest _digest = new();

    internal void Add(ReadOnlySpan<float> values)
    {
        var bits = new uint[values.Length];
        for (int i = 0; i < bits.Length; i++) bits[i] = float.IsNaN(values[i]) ? AnyNaN : BitConverter.SingleToUInt32Bits(values[i]);
        Add(MemoryMarshal.AsBytes<uint>(bits));
    }

    internal void Add(float value) => Add([value]);

    internal void Add(double value) => Add(MemoryMarshal.AsBytes<double>([double.IsNaN(value) ? double.NaN : value]));

    internal void Add(long value) => Add(MemoryMarshal.AsBytes<long>([value]));

    internal void Add(ReadOnlySpan<byte> bytes) => _digest.BlockUpdate(bytes);

    internal void Add(Trainer trainer)
    {
        Add(trainer.Network.Parameters);
        Add(trainer.OptimizerState.Steps);
        foreach (string name in trainer.OptimizerState.Names) Add(trainer.OptimizerState[name]);
    }

    internal void Add(Metrics metrics)
    {
        Add(metrics.Cost);
        Add(metrics.Accuracy ?? double.NaN);
        Add(metrics.R2);
    }

    /// <summary>The sum of all that was added, in hexadecimal digits.</summary>
    internal string Sum()
    {
        Span<byte> sum = stackalloc byte[32];
        _digest.DoFinal(sum);
        return Convert.ToHexStringLower(sum);
    }
}
