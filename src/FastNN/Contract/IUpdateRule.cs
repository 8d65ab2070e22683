using FastNN.Simd;

namespace FastNN.Contract;

/// <summary>
/// How an optimizer turns a component of the gradient into the direction of the update: once for vectors, and once as the specification.
/// Each rule is in the file of its optimizer in Training/Optimizers.
/// </summary>
internal interface IUpdateRule
{
    /// <summary>How many floats the rule keeps for each parameter, 0 to 2. A constant for the JIT.</summary>
    static abstract int States { get; }

    /// <summary>The specification of <see cref="Direction{S, V}"/>.</summary>
    static abstract float Direction(float g, ref float first, ref float second, in RuleTerms<float> terms);

    /// <summary>The direction d of w ← w − rate·d. The states that the rule has are replaced.</summary>
    static abstract V Direction<S, V>(V g, ref V first, ref V second, in RuleTerms<V> terms)
        where S : struct, ISimd<V>
        where V : struct;
}
