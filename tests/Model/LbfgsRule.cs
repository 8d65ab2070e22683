namespace FastNN.Tests.Model;

/// <summary>L-BFGS: its options, and the slots of its pairs. <see cref="ModelLbfgs"/> is an iteration.</summary>
internal sealed class LbfgsRule(RuleOptions options, int memory) : Rule(options)
{
    /// <summary>m.</summary>
    internal int Memory => memory;

    protected override int StateCount => 2 * memory;

    /// <summary>The name of a state in the library.</summary>
    internal string NameOf(int state) => state < memory ? $"step {state + 1}" : $"gradient change {state - memory + 1}";

    /// <summary>The pair of update t.</summary>
    internal (float[] S, float[] Y) Slot(long t)
    {
        int slot = (int)((t % memory + memory) % memory);
        return (States[slot], States[memory + slot]);
    }

    internal override float Direction(int k, float x, long t) => throw new NotSupportedException("One gradient is not enough.");
}
