namespace FastNN.Contract;

/// <summary>
/// The numbers of one update, which all parameters share. <see cref="Spans.ParameterUpdate"/> says where each stands.
/// </summary>
/// <param name="Rate">−learning rate, and what the rule divides it by. At 0 the parameters stay as they are, to the bit.</param>
/// <param name="Keep">What a parameter is multiplied by before: 1 − learning rate·λ where the decay is apart from the gradient, otherwise 1.</param>
/// <param name="Decay">λ of the decay that is part of the gradient, or 0.</param>
/// <param name="Clip">The most that a component of the gradient may be away from 0, +∞ for any.</param>
/// <param name="Scale">What the gradient is multiplied by after that.</param>
/// <param name="Rule">Those of the rule.</param>
internal readonly record struct UpdateTerms(float Rate, float Keep, float Decay, float Clip, float Scale, RuleTerms<float> Rule)
{
    /// <summary>Whether weights and biases differ in the update.</summary>
    internal bool Decays => Keep != 1f || Decay != 0f;

    /// <summary>The same for biases, which do not decay.</summary>
    internal UpdateTerms WithoutDecay => this with { Keep = 1f, Decay = 0f };
}

/// <summary>The coefficients of a rule, those that it has: as floats, or each in all lanes of a vector.</summary>
/// <param name="FirstKeep">What the first state is multiplied by.</param>
/// <param name="FirstTake">What is added to it is multiplied by this.</param>
/// <param name="SecondKeep">As <paramref name="FirstKeep"/> for the second state.</param>
/// <param name="SecondTake">As <paramref name="FirstTake"/> for the second state.</param>
/// <param name="Correction">What the root is multiplied by.</param>
/// <param name="Epsilon">What is added to it then.</param>
internal readonly record struct RuleTerms<T>(T FirstKeep, T FirstTake, T SecondKeep, T SecondTake, T Correction, T Epsilon)
    where T : struct;
