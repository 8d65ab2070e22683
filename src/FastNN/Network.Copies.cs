using FastNN.Contract;
using FastNN.Dispatch;
using static System.FormattableString;

namespace FastNN;

public sealed unsafe partial class Network
{
    private UpdateKernel? _blending;

    /// <summary>
    /// Creates a network with the same widths, activations and kernels, and with its own copy of parameters and standardizers. Use it to
    /// keep the best network of a training, or as the target network in reinforcement learning. The parameters must not change during the
    /// call.
    /// </summary>
    /// <returns>The copy.</returns>
    /// <exception cref="InvalidOperationException">The thread fails <see cref="Kernels.CheckFloatingPoint"/>.</exception>
    public Network Clone()
    {
        var clone = new Network(Widths, [.. Layers.Select(layer => layer.Activation)], Plan.Kernels);
        Parameters.CopyTo(clone.Parameters);
        clone.InputStandardizer = InputStandardizer?.Clone();
        clone.OutputStandardizer = OutputStandardizer?.Clone();
        return clone;
    }

    /// <summary>
    /// Copies the parameters and the standardizers' numbers of another network into this one. Afterwards both compute the same. Nobody else
    /// may use this network during the call, and nobody may change the other one. Allocates nothing.
    /// </summary>
    /// <param name="other">
    /// A network of the same widths and activations, with any kernels, and with a standardizer where this network has one.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A width or an activation differs, or only one of the networks has a standardizer. Nothing was changed.
    /// </exception>
    public void CopyFrom(Network other)
    {
        CheckSame(other, nameof(other), "this network");
        CopyFromSame(other);
    }

    /// <summary>
    /// Moves the parameters a part of the way to those of another network: w ← t·w_other + (1 − t)·w, the soft update of a target network
    /// in reinforcement learning (T. P. Lillicrap et al., 2015, with t = τ). (1 − t)·w is rounded, and one fused multiply-add follows.
    /// Standardizers are not blended, so those of both networks must have the same numbers. Give both the same objects. Nobody else may use
    /// this network during the call, and nobody may change the other one. The first call allocates some bytes, and later calls nothing.
    /// </summary>
    /// <param name="other">A network as for <see cref="CopyFrom"/>.</param>
    /// <param name="t">From 0, which changes nothing, to 1, which copies the parameters.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// The same as for <see cref="CopyFrom"/>, or the standardizers have other numbers. Nothing was changed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="t"/> is NaN, less than 0 or more than 1. Nothing was changed.
    /// </exception>
    public void Blend(Network other, float t)
    {
        CheckSame(other, nameof(other), "this network");
        if (!(t is >= 0f and <= 1f))
            throw new ArgumentOutOfRangeException(nameof(t), t, Invariant($"t must be at least 0 and at most 1, but is {t}."));

        CheckSameNumbers(nameof(InputStandardizer), other, other.InputStandardizer, InputStandardizer);
        CheckSameNumbers(nameof(OutputStandardizer), other, other.OutputStandardizer, OutputStandardizer);

        if (t == 1f)
        {
            other.Parameters.CopyTo(Parameters);
            return;
        }

        _blending ??= Plan.Kernels.UpdateBy<SgdRule>();
        var terms = new UpdateTerms(Rate: t, Keep: 1f - t, Decay: 0f, Clip: float.PositiveInfinity, Scale: 1f, default);
        _blending.Update(Buffer.Pointer, other.Buffer.Pointer, null, null, Buffer.Length, in terms);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
    }

    private static void CheckSameNumbers(string property, Network other, Standardizer? given, Standardizer? own)
    {
        if (given == own || given!.HasNumbersOf(own!)) return;

        throw new ArgumentException(
            $"other.{property} must have the numbers of this network's, but has others, and Blend moves only parameters. "
            + "Give both networks the same object, or call CopyFrom.",
            nameof(other));
    }

    /// <summary><see cref="CopyFrom"/> without the check.</summary>
    internal void CopyFromSame(Network other)
    {
        other.Parameters.CopyTo(Parameters);
        if (other.InputStandardizer is { } input) InputStandardizer!.CopyFrom(input);
        if (other.OutputStandardizer is { } output) OutputStandardizer!.CopyFrom(output);
    }

    /// <summary>Throws if another network does not have the widths, activations and kinds of standardizers of this one.</summary>
    /// <param name="other">The other network.</param>
    /// <param name="name">The name of the argument that it is.</param>
    /// <param name="what">What this network is, for the message.</param>
    internal void CheckSame(Network other, string name, string what)
    {
        ArgumentNullException.ThrowIfNull(other, name);
        Check(nameof(Inputs), other.Inputs, Inputs);
        Check("Layers.Count", other.Layers.Count, Layers.Count);
        for (int l = 0; l < Layers.Count; l++)
        {
            Layer given = other.Layers[l], expected = Layers[l];
            if (given.Outputs != expected.Outputs) Check($"Layers[{l}].Outputs", given.Outputs, expected.Outputs);
            if (given.Activation != expected.Activation) throw Differs($"Layers[{l}].Activation", given.Activation, expected.Activation);
        }

        CheckBoth(nameof(InputStandardizer), other.InputStandardizer, InputStandardizer);
        CheckBoth(nameof(OutputStandardizer), other.OutputStandardizer, OutputStandardizer);

        void Check(string property, int given, int expected)
        {
            if (given != expected) throw Differs(property, given, expected);
        }

        void CheckBoth(string property, Standardizer? given, Standardizer? expected)
        {
            if (given is null != expected is null)
                throw Differs(property, given is null ? "null" : "set", expected is null ? "null" : "set");
        }

        ArgumentException Differs(string property, object given, object expected) =>
            new($"{name}.{property} must be {expected}, as in {what}, but is {given}.", name);
    }
}
