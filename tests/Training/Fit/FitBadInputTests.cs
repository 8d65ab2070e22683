using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace FastNN.Tests.Fit;

/// <summary>What Fit, its options and Measure refuse. A refusal changes nothing.</summary>
public class FitBadInputTests
{
    private static readonly FitOptions s_options = new() { Epochs = 3, BatchSize = 4 };
    private readonly float[] _x = Cases.Uniform(1, 20), _y = Cases.Uniform(2, 20);
    private readonly Network _network = new([2, 4, 2], seed: 1);
    private readonly Trainer _trainer;

    public FitBadInputTests() => _trainer = new Trainer(_network, new Sgd(0.5f));

    [Fact]
    public void Options()
    {
        Refuses<ArgumentOutOfRangeException>("Epochs", "Epochs must be at least 1, but is 0.", () => _ = new FitOptions { Epochs = 0 });
        Refuses<ArgumentOutOfRangeException>(
            "BatchSize", "BatchSize must be at least 1, but is 0.", () => _ = s_options with { BatchSize = 0 });
        Refuses<ArgumentOutOfRangeException>(
            "Patience", "Patience must be at least 1, but is 0.", () => _ = s_options with { Patience = 0 });
        Assert.Null((s_options with { Patience = null }).Patience);
        foreach (float split in (float[])[-0.1f, 1f, float.NaN, float.PositiveInfinity])
        {
            string message = FormattableString.Invariant($"ValidationSplit must be at least 0 and less than 1, but is {split}.");
            Refuses<ArgumentOutOfRangeException>("ValidationSplit", message, () => _ = s_options with { ValidationSplit = split });
        }

        foreach (float improvement in (float[])[-0.1f, float.NaN, float.PositiveInfinity])
        {
            string message = FormattableString.Invariant($"MinImprovement must be finite and at least 0, but is {improvement}.");
            Refuses<ArgumentOutOfRangeException>("MinImprovement", message, () => _ = s_options with { MinImprovement = improvement });
        }

        Refuses<ArgumentNullException>("options", "", () => _trainer.Fit(_x, _y, null!));
    }

    [Fact]
    public void Samples()
    {
        Uses[] methods = [(x, y) => _trainer.Fit(x, y, s_options), (x, y) => _trainer.Measure(x, y)];
        foreach (Uses method in methods)
        {
            Refuses<ArgumentException>("inputs", "2 values, at least one, but has a length of 0", () => method([], []));
            Refuses<ArgumentException>(
                "inputs", "2 values, at least one, but has a length of 3", () => method(_x.AsSpan(0, 3), _y.AsSpan(0, 2)));
            Refuses<ArgumentException>("targets", "4 for the batch of 2", () => method(_x.AsSpan(0, 4), _y.AsSpan(0, 2)));
            Refuses<ArgumentException>(
                "inputs", "share memory with network.Parameters", () => method(_network.Parameters[..2], _y.AsSpan(0, 2)));
        }
    }

    [Fact]
    public void Validation()
    {
        FitOptions data = s_options with { ValidationInputs = _x, ValidationTargets = _y };
        RefusesOptions("options", "either a ValidationSplit or ValidationInputs", data with { ValidationSplit = 0.5f });
        RefusesOptions(
            "options", "either a ValidationSplit or ValidationInputs", s_options with { ValidationSplit = 0.5f, ValidationTargets = _y });
        RefusesOptions("options", "must have validation data, but the Patience is 3", s_options with { Patience = 3 });
        RefusesOptions("options", "at least one sample, but 0.09 of 10, rounded down, is none", s_options with { ValidationSplit = 0.09f });
        RefusesOptions(
            "options.ValidationInputs", "2 values, at least one, but has a length of 3", data with { ValidationInputs = new float[3] });
        RefusesOptions(
            "options.ValidationInputs", "2 values, at least one, but has a length of 0", data with { ValidationInputs = default });
        RefusesOptions("options.ValidationTargets", "20 for the batch of 10", data with { ValidationTargets = default });
        RefusesOptions("options.ValidationTargets", "20 for the batch of 10", data with { ValidationTargets = new float[18] });
        FitOptions most = s_options with { ValidationSplit = 0.99f };
        Refuses<ArgumentException>(
            "options", "0.99 of 1, rounded down, is none", () => _trainer.Fit(_x.AsSpan(0, 2), _y.AsSpan(0, 2), most));

        void RefusesOptions(string argument, string mention, FitOptions options) =>
            Refuses<ArgumentException>(argument, mention, () => _trainer.Fit(_x, _y, options));
    }

    [Fact]
    public void States()
    {
        RefusesState("state.Epoch must be at least 0, but is -1.", new FitState { Epoch = -1 });
        var behind = new FitState { Step = 4, Samples = 10, BatchSize = 4, Seed = 0 };
        RefusesState("state.Step must be at least 0 and at most 3, the steps of an epoch, but is 4.", behind);
        RefusesState("state.Step must be at least 0 and at most 3, the steps of an epoch, but is -1.", new FitState { Step = -1 });
        RefusesState("state.BestEpoch must be between 0 and Epoch, 2, but is 3.", new FitState { Epoch = 2, BestEpoch = 3 });
        RefusesState("state.BestEpoch must be between 0 and Epoch, 2, but is -3.", new FitState { Epoch = 2, BestEpoch = -3 });
        RefusesState("state.EpochsWithoutImprovement must be at least 0, but is -1.", new FitState { EpochsWithoutImprovement = -1 });
        var state = new FitState { Epoch = 2, BestEpoch = 1, BestParameters = new float[21] };
        RefusesState("state.BestParameters.Length must be 22, the network's parameters, but is 21.", state);
        state = new FitState { Epoch = 2, BestParameters = new float[22] };
        RefusesState("state.BestEpoch must be at least 1 if there are BestParameters, but is 0.", state);

        void RefusesState(string message, FitState state) =>
            Refuses<ArgumentException>("state", message, () => _trainer.Fit(_x, _y, s_options, state));
    }

    [Fact]
    public void States_in_the_midst_of_an_epoch_of_other_batches()
    {
        FitOptions split = s_options with { ValidationSplit = 0.3f }, seeded = s_options with { Seed = 5 },
            inOrder = s_options with { Shuffle = false };
        RefusesOptions("state.Samples must be 7, the number of training samples, until the epoch is finished, but is 10.", split);
        RefusesOptions("state.BatchSize must be 3, as in the options, until the epoch is finished, but is 4.",
            s_options with { BatchSize = 3 });
        RefusesOptions("state.Seed must be 5, as in the options, until the epoch is finished, but is 0.", seeded);
        RefusesOptions("state.Seed must be null, as in the options, until the epoch is finished, but is 0.", inOrder);
        RefusesOptions(
            "state.Seed must be 0, as in the options, until the epoch is finished, but is null.", s_options, seed: null);
        _trainer.Fit(_x, _y, s_options, Begun());

        static FitState Begun(int? seed = 0) => new() { Step = 1, Samples = 10, BatchSize = 4, Seed = seed };
        void RefusesOptions(string message, FitOptions options, int? seed = 0) =>
            Refuses<ArgumentException>("state", message, () => _trainer.Fit(_x, _y, options, Begun(seed)));
    }

    [Fact]
    public void Samples_in_memory_that_a_run_writes()
    {
        var trainer = new Trainer(_network, new Momentum(0.5f));
        Overlaps("network.Parameters", new Lent(_network.Parameters).Memory);
        Overlaps("OptimizerState", new Lent(trainer.OptimizerState["velocity"]).Memory);
        Overlaps("Gradient", new Lent(trainer.Gradient).Memory);
        float[] best = new float[22];
        Overlaps("state.BestParameters", best, new FitState { Epoch = 1, BestEpoch = 1, BestParameters = best });

        void Overlaps(string what, Memory<float> written, FitState? state = null)
        {
            ReadOnlyMemory<float> one = written[2..4], other = _x.AsMemory(0, 2);
            Refuse("inputs", () => trainer.Fit(one.Span, other.Span, s_options, state));
            Refuse("targets", () => trainer.Fit(other.Span, one.Span, s_options, state));
            FitOptions inputs = s_options with { ValidationInputs = one, ValidationTargets = other };
            FitOptions targets = s_options with { ValidationInputs = other, ValidationTargets = one };
            Refuse("options.ValidationInputs", () => trainer.Fit(_x, _y, inputs, state));
            Refuse("options.ValidationTargets", () => trainer.Fit(_x, _y, targets, state));

            void Refuse(string argument, Action act) =>
                Refuses<ArgumentException>(argument, $"{argument} must not share memory with {what}", act);
        }
    }

    [Fact]
    public void Numbers_that_are_not_finite()
    {
        foreach (float number in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] bad = Cases.Uniform(3, 20);
            bad[7] = number;
            FitOptions badInputs = s_options with { ValidationInputs = bad, ValidationTargets = _y };
            FitOptions badTargets = s_options with { ValidationInputs = _x, ValidationTargets = bad };
            string message = $"[7] must be finite, but is {number}.";
            Refuses<ArgumentException>("inputs", "inputs" + message, () => _trainer.Fit(bad, _y, s_options));
            Refuses<ArgumentException>("targets", "targets" + message, () => _trainer.Fit(_x, bad, s_options));
            Refuses<ArgumentException>(
                "inputs", "inputs" + message, () => _trainer.Fit(bad, _y, s_options with { ValidationSplit = 0.8f }));
            Refuses<ArgumentException>(
                "options.ValidationInputs", "options.ValidationInputs" + message, () => _trainer.Fit(_x, _y, badInputs));
            Refuses<ArgumentException>(
                "options.ValidationTargets", "options.ValidationTargets" + message, () => _trainer.Fit(_x, _y, badTargets));
        }

        var open = new Trainer(new Network([2, 4, 2], Activation.Sigmoid, Activation.Identity, seed: 1), new Sgd(0.5f));
        open.Fit([float.MaxValue, float.MinValue], [float.MinValue, float.MaxValue], s_options);
    }

    [Fact]
    public void Targets_that_are_no_probabilities()
    {
        float[] one = [.. Enumerable.Repeat((float[])[0.25f, 0.75f], 10).SelectMany(pair => pair)];
        foreach (Cost cost in Cost.All.Where(cost => cost is { LeastTarget: 0f, MostTarget: 1f }))
        {
            Activation last = Activation.All.First(cost.Suits);
            var trainer = new Trainer(new Network([2, 4, 2], Activation.Tanh, last, seed: 1), new Sgd(0.5f), cost);
            foreach (float target in (float[])[-0.001f, 1.001f, float.NaN])
                RefusesTargets($"[3] must be at least 0 and at most 1 under {cost}, but is {target}.", [.. one[..3], target, .. one[4..]]);
            foreach (float target in (float[])[0f, 0.748f, 0.752f, 1f])
            {
                float[] targets = [.. one[..3], target, .. one[4..]];
                if (!cost.TargetsSumToOne) trainer.Fit(_x, targets, s_options);
                else RefusesTargets($"[2..4] must add up to 1, within 0.001, under {cost}, but add up to {0.25 + target}.", targets);
            }

            trainer.Fit(_x, [0f, 1f, 1f, 0f, 0.25f, 0.7495f, 0.25f, 0.7505f, .. one[8..]], s_options);

            void RefusesTargets(string message, float[] targets)
            {
                FitOptions validating = s_options with { ValidationInputs = _x, ValidationTargets = targets };
                float[] parameters = trainer.Network.Parameters.ToArray();
                Refuses<ArgumentException>("targets", "targets" + message, () => trainer.Fit(_x, targets, s_options));
                Refuses<ArgumentException>(
                    "options.ValidationTargets", "options.ValidationTargets" + message, () => trainer.Fit(_x, one, validating));
                Cases.AssertSameBits(parameters, trainer.Network.Parameters, "parameters");
            }
        }
    }

    private void Refuses<T>(string argument, string mention, Action act)
        where T : ArgumentException
    {
        float[] parameters = _network.Parameters.ToArray();
        T refusal = Assert.Throws<T>(act);
        Assert.Equal(argument, refusal.ParamName);
        Assert.Contains(mention, refusal.Message);
        Cases.AssertSameBits(parameters, _network.Parameters, "parameters");
    }

    private delegate void Uses(ReadOnlySpan<float> inputs, ReadOnlySpan<float> targets);

    /// <summary>The memory of a span that never moves.</summary>
    private sealed unsafe class Lent(Span<float> span) : MemoryManager<float>
    {
        private readonly float* _first = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span));
        private readonly int _length = span.Length;

        public override Span<float> GetSpan() => new(_first, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_first + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
