using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>How an iteration of L-BFGS ends.</summary>
internal enum Iteration
{
    Found,
    FoundNothing,
    NotFinite,
}

/// <summary>An iteration of L-BFGS.</summary>
/// <param name="trainer">The trainer.</param>
/// <param name="rule">Its rule.</param>
/// <param name="cost">Gives C in double and in the network's own units. It writes the gradient to that of the trainer.</param>
internal sealed class ModelLbfgs(ModelTrainer trainer, LbfgsRule rule, Func<double> cost)
{
    private readonly float[] w = trainer.Network.Parameters, w0 = [.. trainer.Network.Parameters];
    private readonly long t = trainer.Updates;

    /// <summary>Makes the iteration.</summary>
    internal Iteration Run()
    {
        (double F0, float[] g0) = Objective();
        if (!double.IsFinite(F0) || !g0.All(float.IsFinite)) return Iteration.NotFinite;

        float[]? d = Direction(g0);
        float? α = d is null ? null : Search(d, rule.Options.LearningRate);
        if (α is null)
        {
            d = [.. g0.Select(g => -g)];
            double sum = Sum16InDouble(g0.Length, (k, L) => L + MathF.Abs(g0[k]));
            α = Search(d, rule.Options.LearningRate * (1 < 1 / sum ? 1 : 1 / sum));
            if (α is not null) rule.Start(w.Length);
        }

        if (α is null)
        {
            w0.CopyTo(w, 0);
            return Iteration.FoundNothing;
        }

        Go(α.Value, d!);
        KeepPair(g0, Objective().G);
        trainer.Updates++;
        return Iteration.Found;

        float? Search(float[] d, double x) => new ModelSearch(new SearchPoint(0, F0, Dot(g0, d)), α => Moves(α, d), α => At(α, d)).From(x);
    }

    private void KeepPair(float[] g0, float[] g)
    {
        (float[] s, float[] y) = rule.Slot(t);
        for (int k = 0; k < w.Length; k++) (s[k], y[k]) = (Rule.Flush(w[k] - w0[k]), Rule.Flush(g[k] - g0[k]));
        double κ = Dot(s, y);
        if (!Counts(κ) || !(κ > Math.ScaleB(1, -24) * (Math.Sqrt(Dot(s, s)) * Math.Sqrt(Dot(y, y)))))
        {
            Array.Clear(s);
            Array.Clear(y);
        }
    }

    private static bool Counts(double κ) => κ > 0 && double.IsFinite(κ);

    private static double Dot(float[] a, float[] b) => Sum16InDouble(a.Length, (k, L) => L + (double)a[k] * b[k]);

    /// <summary>d ⊕ c·v.</summary>
    private static void Add(float[] d, double c, float[] v)
    {
        for (int k = 0; k < d.Length; k++) d[k] = Fma((float)c, v[k], d[k]);
    }

    /// <summary>The direction by the slots; null if none counts.</summary>
    private float[]? Direction(float[] g)
    {
        float[] d = [.. g.Select(x => -x)];
        double γ = 0;
        var counting = new Stack<(float[] S, float[] Y, double κ, double α)>();
        for (long n = t - 1; n >= t - rule.Memory; n--)
        {
            (float[] s, float[] y) = rule.Slot(n);
            double κ = Dot(s, y);
            if (!Counts(κ)) continue;
            if (γ == 0) γ = κ / Dot(y, y);
            double α = Dot(s, d) / κ;
            Add(d, -(float)α, y);
            counting.Push((s, y, κ, α));
        }

        if (γ == 0) return null;
        foreach (ref float x in d.AsSpan()) x *= (float)γ;
        foreach ((float[] s, float[] y, double κ, double α) in counting) Add(d, α - Dot(y, d) / κ, s);
        return d;
    }

    private (double F, float[] G) Objective()
    {
        (double F, float λ) = (cost(), rule.Options.WeightDecay);
        float[] g = [.. trainer.Gradient];
        if (λ == 0) return (F, g);

        foreach (ModelLayer layer in trainer.Network.Layers)
        {
            int first = layer.WeightAt(0, 0), end = layer.BiasAt(0);
            float[] v = w[first..end];
            F += 0.5 * λ * Dot(v, v);
            for (int k = first; k < end; k++) g[k] = Fma(λ, w[k], g[k]);
        }

        return (F, g);
    }

    private void Go(float α, float[] d)
    {
        for (int k = 0; k < w.Length; k++) w[k] = Fma(α, d[k], w0[k]);
    }

    private bool Moves(float α, float[] d)
    {
        Go(α, d);
        return !w.Select(Bits).SequenceEqual(w0.Select(Bits));
    }

    private SearchPoint At(float α, float[] d)
    {
        Go(α, d);
        (double F, float[] g) = Objective();
        return new SearchPoint(α, F, Dot(g, d));
    }
}
