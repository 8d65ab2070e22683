using static FastNN.Tests.Model.Notation;

namespace FastNN.Tests.Model;

/// <summary>Gradients and updates.</summary>
internal sealed class ModelTrainer
{
    private const int Segment = 1024;

    internal ModelTrainer(ModelNetwork network, Rule rule, CostFunction cost, bool mean)
    {
        (Network, Rule, Cost, Mean) = (network, rule, cost, mean);
        Gradient = new float[network.Parameters.Length];
        rule.Start(network.Parameters.Length);
    }

    internal ModelNetwork Network { get; }

    internal Rule Rule { get; }

    internal CostFunction Cost { get; }

    /// <summary>The reduction: Mean, or Sum if this is false.</summary>
    internal bool Mean { get; }

    internal float[] Gradient { get; }

    /// <summary>t, the number of updates so far.</summary>
    internal long Updates { get; set; }

    /// <summary>How the last iteration of L-BFGS ended; null if there was none.</summary>
    internal Iteration? Iteration { get; private set; }

    /// <summary>r of the next update.</summary>
    internal double LearningRate => Rule.Options.LearningRate * Rule.Options.Factor(Updates);

    /// <summary>Says whether all parameters and states are finite. The states of L-BFGS do not matter, but its gradient does.</summary>
    internal bool IsFinite => Network.Parameters.All(float.IsFinite)
        && (Rule is LbfgsRule ? Iteration is not Model.Iteration.NotFinite : Rule.States.All(numbers => numbers.All(float.IsFinite)));

    internal float Evaluate(float[] inputs, float[] targets, float[]? weights = null)
    {
        (ModelSample[] samples, double W) = Weighed(inputs, targets, weights);
        double sum = 0;
        foreach (ModelSample sample in samples) sum += CostOf(Network.Run(sample.X), sample).C;
        return samples.Length == 0 ? 0 : (float)(Mean ? sum / W : sum);
    }

    internal float ComputeGradient(float[] inputs, float[] targets, float[]? weights = null, bool ofFit = false) =>
        (float)GradientAndCost(inputs, targets, weights, ofFit, ownUnits: false);

    /// <summary>Computes the gradient. Returns the cost in double, in the user's units or in the network's own units.</summary>
    private double GradientAndCost(float[] inputs, float[] targets, float[]? weights, bool ofFit, bool ownUnits)
    {
        Array.Clear(Gradient);
        (ModelSample[] samples, double W) = Weighed(inputs, targets, weights, ofFit);
        bool alone = samples.Length == 1;
        double sum = 0;
        AddSegments(samples, sample =>
        {
            ModelNetwork.Activity activity = Network.Run(sample.X);
            (float C, float[] delta) = CostOf(activity, sample, ownUnits);
            sum += C;
            Add(activity, delta, alone, (g, d, a) => alone ? d * a : Fma(d, a, g));
        });

        float scale = Mean ? 1 / (float)W : 1;
        if (samples.Length > 1)
        {
            foreach (ref float g in Gradient.AsSpan()) g *= scale;
        }

        return samples.Length == 0 ? 0 : Mean ? sum / W : sum;
    }

    /// <summary>The samples that are not left out, and what the mean divides by. Fit has another rule for it.</summary>
    private (ModelSample[] Samples, double W) Weighed(float[] inputs, float[] targets, float[]? weights, bool ofFit = false)
    {
        (float[] X, float[] Y)[] all = [.. Samples(inputs, targets)];
        float[] ones = [.. Enumerable.Repeat(1f, Network.Outputs)];
        if (weights is not null && weights.Length != all.Length)
        {
            float[][] rows = [.. ModelNetwork.Rows(weights, Network.Outputs)];
            return ([.. all.Select((sample, s) => new ModelSample(sample.X, sample.Y, 1, rows[s]))], all.Length);
        }

        ModelSample[] left =
            [.. all.Select((sample, s) => new ModelSample(sample.X, sample.Y, weights?[s] ?? 1, ones)).Where(sample => sample.W > 0)];
        if (ofFit && Mean)
        {
            float c = all.Length;
            return left.Length == 1 && all.Length > 1 ? ([left[0] with { W = left[0].W * (1 / c) }], 1) : (left, c);
        }

        if (left.Length == 1 && Mean) return ([left[0] with { W = 1 }], 1);
        double W = 0;
        foreach (ModelSample sample in left) W += sample.W;
        return (left, W);
    }

    /// <summary>Returns the gradient by the inputs.</summary>
    internal float[] Backward(float[] inputs, float[] outputGradient)
    {
        (float[] X, float[] G)[] samples = [.. Samples(inputs, outputGradient)];
        var byInputs = new List<float>();
        AddSegments(samples, sample =>
        {
            ModelNetwork.Activity activity = Network.Run(sample.X);
            (float[] z, float[] a) = activity.Layers[^1];
            float[] gradient = Network.OutputStandardizer?.GradientToOwnUnits(sample.G) ?? sample.G;
            float[] delta = Costs.Delta(Network.Layers[^1].F, z, a, gradient);
            float[] own = Add(activity, delta, samples.Length == 1, (g, d, input) => Fma(d, input, g));
            byInputs.AddRange(Network.InputStandardizer?.GradientToUserUnits(own) ?? own);
        });
        return [.. byInputs];
    }

    /// <summary>Takes the samples segment by segment. The gradient is then the sum of those of the segments.</summary>
    private void AddSegments<TSample>(TSample[] samples, Action<TSample> add)
    {
        float[] s = new float[Gradient.Length], e = new float[Gradient.Length];
        foreach ((int number, TSample[] segment) in samples.Chunk(Segment).Index())
        {
            if (number > 0) Array.Clear(Gradient);
            foreach (TSample sample in segment) add(sample);
            for (int k = 0; k < s.Length; k++)
            {
                if (number == 0)
                {
                    s[k] = Gradient[k];
                    continue;
                }

                float t = s[k] + Gradient[k], r = t - s[k];
                e[k] += s[k] - (t - r) + (Gradient[k] - r);
                s[k] = t;
            }
        }

        if (samples.Length <= Segment) return;

        for (int k = 0; k < s.Length; k++) Gradient[k] = float.IsFinite(s[k]) ? s[k] + e[k] : s[k];
    }

    /// <summary>Changes each parameter by its gradient.</summary>
    internal void Apply()
    {
        float[] w = Network.Parameters;
        (_, float λ, float clipValue, float clipNorm, _) = Rule.Options;
        double r = LearningRate;
        float S = Norm.Factor(Gradient, clipValue, clipNorm);
        float ρ = (float)(r / Rule.D(Updates));
        foreach ((int k, bool isWeight) in Places())
        {
            float x = Clamp(Gradient[k], -clipValue, clipValue) * S;
            if (isWeight && λ != 0 && !Rule.DecaysApart) x = Fma(λ, w[k], x);
            float d = Rule.Direction(k, x, Updates);
            float κ = isWeight && Rule.DecaysApart ? (float)(1 - r * λ) : 1;
            if (ρ != 0) w[k] = Fma(-ρ, d, κ * w[k]);
        }

        Updates++;
    }

    /// <summary>An update by the gradient of a batch, or an iteration of L-BFGS.</summary>
    internal float Step(float[] inputs, float[] targets, float[]? weights = null, bool ofFit = false)
    {
        float cost = ComputeGradient(inputs, targets, weights, ofFit);
        if (Rule is LbfgsRule rule)
            Iteration = new ModelLbfgs(this, rule, () => GradientAndCost(inputs, targets, weights, ofFit, ownUnits: true)).Run();
        else
            Apply();
        return cost;
    }

    internal (int Steps, float Cost) TrainUntil(float[] inputs, float[] targets, float goal, int maxSteps)
    {
        for (int steps = 0; ; steps++)
        {
            float cost = Evaluate(inputs, targets);
            if (cost <= goal || !float.IsFinite(cost) || steps == maxSteps) return (steps, cost);
            Step(inputs, targets);
            if (Iteration is Model.Iteration.FoundNothing) return (steps, cost);
        }
    }

    /// <summary>The cost in the user's units, and the delta of the cost in the network's own units.</summary>
    internal (float C, float[] Delta) CostOf(ModelNetwork.Activity activity, float[] y) =>
        CostOf(activity, y, [.. y.Select(_ => 1f)]);

    private (float C, float[] Delta) CostOf(ModelNetwork.Activity activity, ModelSample sample, bool ownUnits = false)
    {
        (float C, float[] delta) = CostOf(activity, sample.Y, sample.OfOutputs, ownUnits);
        return (sample.W * C, [.. delta.Select(d => sample.W * d)]);
    }

    private (float C, float[] Delta) CostOf(ModelNetwork.Activity activity, float[] y, float[] w, bool ownUnits = false)
    {
        (Function f, float[] z) = (Network.Layers[^1].F, activity.Layers[^1].Z);
        if (Network.OutputStandardizer is not { } standardizer) return Costs.Of(Cost, f, z, activity.Outputs, y, w);

        (float C, float[] Delta) own = Costs.Of(Cost, f, z, activity.Outputs, standardizer.ToOwnUnits(y), w);
        if (ownUnits) return own;

        float[] user = standardizer.ToUserUnits(activity.Outputs); // of the identity, so these are also sums in the user's units
        return (Costs.Of(Cost, f, user, user, y, w).C, own.Delta);
    }

    internal IEnumerable<(float[] X, float[] Y)> Samples(float[] inputs, float[] targets) =>
        ModelNetwork.Rows(inputs, Network.Inputs).Zip(ModelNetwork.Rows(targets, Network.Outputs));

    /// <summary>Adds the gradient of one sample, and returns its gradient by the inputs of the network.</summary>
    private float[] Add(ModelNetwork.Activity activity, float[] delta, bool alone, Func<float, float, float, float> add)
    {
        for (int l = Network.Layers.Length - 1; ; l--)
        {
            ModelLayer layer = Network.Layers[l];
            float[] a = activity.InputsOf(l);
            for (int i = 0; i < layer.Outputs; i++)
            {
                for (int j = 0; j < layer.Inputs; j++) AddTo(layer.WeightAt(i, j), delta[i], a[j]);
                AddTo(layer.BiasAt(i), delta[i], 1);
            }

            if (l == 0) return Deltas.Before(layer, delta, [.. a.Select(_ => 1f)], alone);
            delta = Deltas.Before(layer, delta, Activations.Slopes(Network.Layers[l - 1].F, activity.Layers[l - 1].Z, a), alone);
        }

        void AddTo(int k, float d, float a) => Gradient[k] = add(Gradient[k], d, a);
    }

    /// <summary>A sample with its weight, and a weight for each of its outputs.</summary>
    private sealed record ModelSample(float[] X, float[] Y, float W, float[] OfOutputs);

    /// <summary>The places of all parameters. Says whether a parameter is a weight.</summary>
    private IEnumerable<(int K, bool IsWeight)> Places()
    {
        foreach (ModelLayer layer in Network.Layers)
        {
            for (int k = layer.WeightAt(0, 0); k < layer.BiasAt(layer.Outputs); k++) yield return (k, k < layer.BiasAt(0));
        }
    }
}
