namespace FastNN.Contract;

/// <summary>
/// The numbers of one update. They are the same for all parameters. The kernel <c>ParameterUpdate</c> has the formula in which they stand.
/// </summary>
/// <param name="Rate">−learning rate, divided by what the rule says. At 0 the parameters keep all their bits.</param>
/// <param name="Keep">The factor of the old parameter: 1 − learning rate·λ if the decay is apart from the gradient, otherwise 1.</param>
/// <param name="Decay">λ if the decay is part of the gradient, otherwise 0.</param>
/// <param name="Clip">The largest magnitude of a component of the gradient. +∞ is no limit.</param>
/// <param name="Scale">The factor of the clipped gradient.</param>
/// <param name="Rule">The coefficients of the rule.</param>
internal readonly record struct UpdateTerms(float Rate, float Keep, float Decay, float Clip, float Scale, RuleTerms<float> Rule)
{
    /// <summary>Whether the update of weights differs from that of biases.</summary>
    internal bool Decays => Keep != 1f || Decay != 0f;

    /// <summary>The terms for biases: they do not decay.</summary>
    internal UpdateTerms WithoutDecay => this with { Keep = 1f, Decay = 0f };
}

/// <summary>
/// The coefficients of a rule, as floats. Or each of them fills all lanes of a vector. A rule ignores those that it does not have.
/// </summary>
/// <param name="FirstKeep">The factor of the first state.</param>
/// <param name="FirstTake">The factor of what is added to the first state.</param>
/// <param name="SecondKeep">The factor of the second state.</param>
/// <param name="SecondTake">The factor of what is added to the second state.</param>
/// <param name="Correction">The factor of the root.</param>
/// <param name="Epsilon">What is added to the product of root and correction.</param>
internal readonly record struct RuleTerms<T>(T FirstKeep, T FirstTake, T SecondKeep, T SecondTake, T Correction, T Epsilon)
    where T : struct;

/// <summary>The numbers of one update that are the same for every learning rate and every decay.</summary>
/// <param name="Step">The number of the update, from 0 on.</param>
/// <param name="Factor">What the schedule says: the factor of the learning rate.</param>
/// <param name="Divisor">What the rule says: the divisor of the rate.</param>
/// <param name="Rule">The coefficients of the rule.</param>
internal readonly record struct StepNumbers(long Step, double Factor, double Divisor, RuleTerms<float> Rule);
