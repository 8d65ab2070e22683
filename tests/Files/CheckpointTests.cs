using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using FastNN.Fit;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// A run is killed. It goes on from its checkpoint in a fresh trainer, and reaches the bits of a run that was not killed. A checkpoint that
/// does not fit is refused.
/// </summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Samples = 61;
    private static readonly float[] s_x = Cases.Uniform(1, Samples * 2), s_y = Cases.Uniform(2, Samples * 2);
    private static readonly FitOptions s_options = new() { Epochs = 9, BatchSize = 4, Seed = 5, ValidationSplit = 0.3f, Patience = 5 };
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(_folder, "checkpoint.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void A_run_goes_on_from_any_epoch(string recipe)
    {
        Trainer uninterrupted = TrainerOf(recipe);
        FitState end = new();
        FitResult expected = uninterrupted.Fit(s_x, s_y, s_options, end);
        foreach (int epoch in (int[])[1, 2, 5, 8])
        {
            // Here the run is killed: of the first trainer only the file is used from now on.
            Trainer killed = TrainerOf(recipe);
            FitState running = new();
            FitOptions saving = s_options with
            {
                EpochDone = report =>
                {
                    if (report.Epoch == epoch) killed.Save(FilePath, running);
                    return report.Epoch <= epoch; // the file is one epoch older
                },
            };
            killed.Fit(s_x, s_y, saving, running);

            Trainer fresh = TrainerOf(recipe);
            FitState state = fresh.Load(FilePath)!;
            Assert.Equal(epoch, state.Epoch);
            FitResult result = fresh.Fit(s_x, s_y, s_options, state);
            Assert.Equal(expected.Bare(), result.Bare());
            AssertSame(uninterrupted, fresh);
            Assert.Equal(JsonSerializer.Serialize(end), JsonSerializer.Serialize(state));
        }
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void A_run_goes_on_from_any_step_of_an_epoch(string recipe)
    {
        FitOptions options = s_options with { ValidationSplit = 0, Patience = null, Epochs = 3 };
        Trainer uninterrupted = TrainerOf(recipe);
        uninterrupted.Fit(s_x, s_y, options);
        foreach ((int epoch, int steps) in ((int, int)[])[(0, 1), (0, 9), (1, 3), (2, 15)])
        {
            Trainer killed = TrainerOf(recipe);
            FitState state = new();
            if (epoch > 0) killed.Fit(s_x, s_y, options with { Epochs = epoch }, state);
            TakeSteps(killed, state, steps);
            killed.Save(FilePath, state);

            Trainer fresh = TrainerOf(recipe);
            FitState loaded = fresh.Load(FilePath)!;
            Assert.Equal(JsonSerializer.Serialize(state), JsonSerializer.Serialize(loaded));
            fresh.Fit(s_x, s_y, options, loaded);
            AssertSame(uninterrupted, fresh);
        }
    }

    [Theory]
    [MemberData(nameof(Recipes.Names), MemberType = typeof(Recipes))]
    public void Steps_go_on_after_any_of_them(string recipe)
    {
        foreach (int steps in (int[])[0, 1, 7])
        {
            Trainer first = TrainerOf(recipe), second = TrainerOf(recipe);
            for (int step = 0; step < steps; step++) first.Step(s_x.AsSpan(0, 6), s_y.AsSpan(0, 6));
            first.Save(FilePath);
            Assert.Null(second.Load(FilePath));
            for (int step = 0; step < 5; step++)
                Assert.Equal(first.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2)), second.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2)));
            AssertSame(first, second);
        }
    }

    [Fact]
    public void The_learning_rate_is_restored_and_the_network_loads_alone()
    {
        Network network = NewNetwork();
        var trainer = new Trainer(network, new Adam(0.5f));
        trainer.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2));
        trainer.Optimizer.LearningRate = 0.1f;
        trainer.Save(FilePath, new FitState { Epoch = 1, BestEpoch = 1, BestParameters = network.Parameters.ToArray() });
        NetworkFileTests.AssertSame(network, Network.Load(FilePath));

        var fresh = new Trainer(NewNetwork(), new Adam(0.5f), threads: 2);
        using FileStream stream = File.OpenRead(FilePath);
        Assert.Equal(network.Parameters.ToArray(), fresh.Load(stream)!.BestParameters);
        Assert.Equal(0.1f, fresh.Optimizer.LearningRate);
    }

    [Fact]
    public void Every_number_of_a_state_comes_back()
    {
        Trainer trainer = new(NewNetwork(), new Sgd(0.1f));
        foreach (FitState state in (FitState[])[
            new()
            {
                Epoch = 3, Step = 4, Samples = 5, BatchSize = 6, Seed = -7, CostSum = Math.PI, BestEpoch = 2, BestCost = 0.1f,
                BestTrainingCost = 0.3f, EpochsWithoutImprovement = 8,
            },
            new() { CostSum = 1e-320, BestCost = float.PositiveInfinity }, new() { CostSum = -double.MaxValue, BestCost = float.NaN }])
        {
            trainer.Save(FilePath, state);
            FitState loaded = trainer.Load(FilePath)!;
            Assert.Equal(NumbersOf(state), NumbersOf(loaded));
            Assert.Null(loaded.BestParameters);
        }
    }

    /// <summary>What may be different in a trainer, and what the message says about it.</summary>
    public static TheoryData<string, string> Differences { get; } = new()
    {
        { "widths", "the list of widths is 2,4,3,2 in the file, but 2,4,2 in the trainer." },
        { "activations", "the list of activations is Sigmoid,Sigmoid,Sigmoid in the file, but Tanh,Tanh,Sigmoid in the trainer." },
        { "cost", "\"fastnn.cost\" is SquaredError in the file, but BinaryCrossEntropy in the trainer." },
        { "reduction", "\"fastnn.reduction\" is Mean in the file, but Sum in the trainer." },
        { "kind", "\"fastnn.optimizer\" is Adam in the file, but AdamW in the trainer." },
        { "beta", "\"fastnn.optimizer.Beta1\" is 0.9 in the file, but 0.8 in the trainer." },
        { "decay", "\"fastnn.optimizer.WeightDecay\" is 0 in the file, but 0.01 in the trainer." },
        { "value", "\"fastnn.optimizer.ClipValue\" is Infinity in the file, but 1 in the trainer." },
        { "norm", "\"fastnn.optimizer.ClipNorm\" is Infinity in the file, but 1 in the trainer." },
        { "schedule", "\"fastnn.schedule\" is WarmUp(2, Cosine(10, 0.1)) in the file, but WarmUp(2, Cosine(11, 0.1)) in the trainer." },
        { "function", "\"fastnn.schedule\" is WarmUp(2, Cosine(10, 0.1)) in the file, but From(function) in the trainer." },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Another_trainer_is_refused_and_left_as_it_was(string what, string message)
    {
        var schedule = LearningRateSchedule.WarmUp(2, LearningRateSchedule.Cosine(10, 0.1));
        new Trainer(NewNetwork(), new Adam { Schedule = schedule }).Save(FilePath);
        Network network = what switch
        {
            "widths" => new([2, 4, 2], seed: 9),
            "activations" => new([2, 4, 3, 2], Activation.Tanh, Activation.Sigmoid, seed: 9),
            _ => new([2, 4, 3, 2], seed: 9),
        };
        Optimizer optimizer = what switch
        {
            "kind" => new AdamW { WeightDecay = 0, Schedule = schedule },
            "beta" => new Adam(beta1: 0.8f) { Schedule = schedule },
            "decay" => new Adam { WeightDecay = 0.01f, Schedule = schedule },
            "value" => new Adam { ClipValue = 1, Schedule = schedule },
            "norm" => new Adam { ClipNorm = 1, Schedule = schedule },
            "schedule" => new Adam { Schedule = LearningRateSchedule.WarmUp(2, LearningRateSchedule.Cosine(11, 0.1)) },
            "function" => new Adam { Schedule = LearningRateSchedule.From(_ => 1) },
            _ => new Adam { Schedule = schedule },
        };
        Cost cost = what == "cost" ? Cost.BinaryCrossEntropy : Cost.SquaredError;
        var trainer = new Trainer(network, optimizer, cost, what == "reduction" ? Reduction.Sum : Reduction.Mean);
        const string wayOut = " To continue with the settings of the trainer, load with keepSettings: true.";
        bool isSetting = what is "beta" or "decay" or "value" or "norm" or "schedule" or "function";
        if (isSetting) message += wayOut;
        AssertRefused(trainer, File.ReadAllBytes(FilePath), "The file is not of this trainer: " + message);
        Assert.EndsWith(message, Assert.Throws<ModelFormatException>(() => trainer.Load(FilePath)).Message);
        if (!isSetting)
            Assert.EndsWith(message, Assert.Throws<ModelFormatException>(() => trainer.Load(FilePath, keepSettings: true)).Message);
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(5, 10)]
    public void A_setting_that_the_states_depend_on_must_be_that_of_the_file(int saved, int here)
    {
        new Trainer(NewNetwork(), new Lbfgs(saved)).Save(FilePath);
        var trainer = new Trainer(NewNetwork(), new Lbfgs(here));
        string message = Assert.Throws<ModelFormatException>(() => trainer.Load(FilePath)).Message;
        Assert.EndsWith(
            $"\"fastnn.optimizer.Memory\" is {saved} in the file, but {here} in the trainer. The states of the optimizer depend on it: "
            + "create the optimizer with the setting of the file.", message);
        Assert.Throws<ModelFormatException>(() => trainer.Load(FilePath, keepSettings: true));
    }

    [Fact]
    public void A_training_continues_with_other_settings_if_they_are_kept()
    {
        var saved = new Trainer(NewNetwork(), new Adam(0.5f) { Schedule = LearningRateSchedule.Cosine(10) });
        for (int step = 0; step < 7; step++) saved.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2));
        saved.Save(FilePath);

        static Adam Other() => new(0.1f, beta1: 0.8f) { WeightDecay = 0.01f, ClipNorm = 1f, ClipValue = 2f };
        Trainer loaded = new(NewNetwork(), Other()), expected = new(NewNetwork(), Other());
        loaded.Load(FilePath, keepSettings: true);
        saved.Network.Parameters.CopyTo(expected.Network.Parameters);
        foreach (string name in saved.OptimizerState.Names) saved.OptimizerState[name].CopyTo(expected.OptimizerState[name]);
        expected.OptimizerState.Steps = 7;
        Assert.Equal(0.1f, loaded.Optimizer.LearningRate);
        AssertSame(expected, loaded);
        for (int step = 0; step < 5; step++)
            Assert.Equal(expected.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2)), loaded.Step(s_x.AsSpan(0, 2), s_y.AsSpan(0, 2)));
        AssertSame(expected, loaded);
    }

    [Fact]
    public void Damage_anywhere_is_found_before_anything_is_changed()
    {
        var trainer = new Trainer(NewNetwork(), new Momentum(0.1f));
        using var stream = new MemoryStream();
        trainer.Save(stream, new FitState { Epoch = 1, BestEpoch = 1, BestParameters = new float[35] });
        byte[] file = stream.ToArray();
        var fresh = new Trainer(new Network([2, 4, 3, 2], seed: 9), new Momentum(0.1f));
        for (int k = 0; k < 3 * 35 * sizeof(float); k++)
        {
            file[^(k + 1)] ^= 1;
            AssertRefused(fresh, file, "is damaged: its CRC-32C is ");
            file[^(k + 1)] ^= 1;
        }

        for (int length = 0; length < file.Length; length++) AssertRefused(fresh, file[..length], "");
        fresh.Load(new MemoryStream(file));
    }

    /// <summary>What a file says, what the test writes instead, and what the refusal says about it.</summary>
    private static readonly (string Old, string Changed, string Message)[] s_lies =
    [
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"-1\"",
            "The steps must be at least 0 and at most 4611686018427387904, but the file says -1."),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"4611686018427387905\"",
            "The steps must be at least 0 and at most 4611686018427387904, but the file says 4611686018427387905."),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"9223372036854775807\"", "at most 4611686018427387904, but the file says 9223372036"),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"0.5\"",
            "\"fastnn.steps\" in the metadata must be a number of type Int64, but is \"0.5\"."),
        ("\"fastnn.learning_rate\":\"0.1\"", "\"fastnn.learning_rate\":\"NaN\"",
            "The learning rate must be finite and greater than 0, but the file says NaN."),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"1,5\"", "must be a number of type Int64, but is \"1,5\"."),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\" 5\"", "must be a number of type Int64, but is \" 5\"."),
        ("\"fastnn.steps\":\"0\"", "\"fastnn.steps\":\"5\\u0000\"", "must be a number of type Int64, but is \"5?\"."),
        ("\"fastnn.steps\":\"0\"", $"\"fastnn.steps\":\"{new string('0', 65)}\"",
            $"must be a number of type Int64, but is \"{new string('0', 64)}…\"."),
        ("\"fastnn.learning_rate\":\"0.1\"", "\"fastnn.learning_rate\":\"1,5\"", "must be a number of type Single, but is \"1,5\"."),
        ("\"fastnn.learning_rate\":\"0.1\"", "\"fastnn.learning_rate\":\"0.1\\u0000\"",
            "must be a number of type Single, but is \"0.1?\"."),
        ("\"fastnn.fit.CostSum\":\"0\"", "\"fastnn.fit.CostSum\":\"NaN\"", "The state of a run: CostSum must be finite, but is NaN."),
        ("\"fastnn.fit.BestCost\":\"0\"", "\"fastnn.fit.BestCost\":\"Infinity\"", "The state of a run: BestCost must be finite while"),
        ("\"fastnn.fit.BestEpoch\":\"1\"", "\"fastnn.fit.BestEpoch\":\"2\"",
            "BestEpoch must be at least 0 and at most Epoch, 1, but is 2."),
        ("\"fastnn.fit.BestEpoch\":\"1\"", "\"fastnn.fit.BestEpoch\":\"-1\"",
            "BestEpoch must be at least 0 and at most Epoch, 1, but is -1."),
        ("\"fastnn.fit.BestEpoch\":\"1\"", "\"fastnn.fit.BestEpoch\":\"0\"",
            "BestEpoch must be at least 1 if there are BestParameters, but is 0."),
        ("\"fastnn.fit.Epoch\":\"1\"", "\"fastnn.fit.Epoch\":\"-1\"", "Epoch must be at least 0, but is -1."),
        ("\"fastnn.fit.Step\":\"0\"", "\"fastnn.fit.Step\":\"-1\"", "Step must be at least 0, but is -1."),
        ("\"fastnn.fit.Samples\":\"0\"", "\"fastnn.fit.Samples\":\"-1\"", "Samples must be at least 0, but is -1."),
        ("\"fastnn.fit.BatchSize\":\"0\"", "\"fastnn.fit.BatchSize\":\"-1\"", "BatchSize must be at least 0, but is -1."),
        ("\"fastnn.fit.EpochsWithoutImprovement\":\"0\"", "\"fastnn.fit.EpochsWithoutImprovement\":\"-1\"",
            "EpochsWithoutImprovement must be at"),
        ("\"fastnn.cost\":\"", "\"fastnn.cost\":\"\\u001b[2J" + new string('x', 10_000), "\"fastnn.cost\" is ?[2Jxx"),
        ("\"fastnn.cost\":\"", "\"fastnn.cost\":\"" + new string('x', 10_000), "x… in the file, but SquaredError in the trainer."),
        ("\"fastnn.fit.Epoch\"", "\"fastnn.fit.Epoc\"", "The metadata lacks \"fastnn.fit.Epoch\"."),
        ("\"fastnn.fit.", "\"fastnn.fix.", "The file has the tensor \"fit.best_parameters\", but no state of a run."),
        ("\"optimizer.velocity\"", "\"optimizer.momentum\"",
            "The tensor \"optimizer.momentum\" [35] is not a state of the optimizer."),
        ("\"fastnn.cost\"", "\"fastnn.coast\"", "The metadata lacks \"fastnn.cost\"."),
        ("velocity\":{\"dtype\":\"F32\",\"shape\":[35]", "velocity\":{\"dtype\":\"F32\",\"shape\":[5,7]",
            "must have one dimension, 35 for"),
    ];

    [Fact]
    public void Metadata_that_lies_is_refused()
    {
        using var stream = new MemoryStream();
        new Trainer(NewNetwork(), new Momentum(0.1f))
            .Save(stream, new FitState { Epoch = 1, BestEpoch = 1, BestParameters = new float[35] });
        var fresh = new Trainer(new Network([2, 4, 3, 2], seed: 9), new Momentum(0.1f));
        foreach ((string old, string changed, string message) in s_lies)
        {
            byte[] file = TensorFile.Edit(stream.ToArray(), header => HostileFileTests.Replaced(header, old, changed));
            AssertRefused(fresh, HostileFileTests.WithChecksum(file), message);
        }

        AssertRefused(fresh, TensorFile.Saved(NewNetwork()), "The file holds a network, but no state of a trainer.");
        using var plain = new MemoryStream();
        new Trainer(NewNetwork(), new Sgd(0.1f)).Save(plain);
        byte[] lacks = TensorFile.Edit(plain.ToArray(), header => header.Replace("\"Sgd\"", "\"Momentum\"").Replace("Sgd.", "Momentum."));
        lacks = TensorFile.Edit(
            lacks, header => header.Replace("\"fastnn.optimizer.W", "\"fastnn.optimizer.Coefficient\":\"0.9\",\"fastnn.optimizer.W"));
        AssertRefused(fresh, HostileFileTests.WithChecksum(lacks), "The file lacks the tensor \"optimizer.velocity\".");
    }

    [Theory]
    [InlineData(1L << 62)]
    [InlineData((1L << 62) - 1)]
    public void The_most_steps_are_loaded_and_saved(long steps)
    {
        using var stream = new MemoryStream();
        new Trainer(NewNetwork(), new Sgd(0.1f)).Save(stream);
        byte[] file = TensorFile.Edit(
            stream.ToArray(), header => HostileFileTests.Replaced(header, "\"fastnn.steps\":\"0\"", $"\"fastnn.steps\":\"{steps}\""));
        var trainer = new Trainer(NewNetwork(), new Sgd(0.1f));
        trainer.Load(new MemoryStream(HostileFileTests.WithChecksum(file)));
        Assert.Equal(steps, trainer.OptimizerState.Steps);
        using var again = new MemoryStream();
        trainer.Save(again);
        again.Position = 0;
        trainer.Load(again);
        Assert.Equal(steps, trainer.OptimizerState.Steps);
    }

    [Fact]
    public void The_checkpoint_of_the_first_version_loads()
    {
        byte[] golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "checkpoint1.safetensors"));
        Trainer expected = NewGolden(),
            loaded = new(new Network([3, 5, 2], [Activation.Gelu, Activation.Softmax], seed: 2), new Momentum(0.25f));
        FitState state = loaded.Load(new MemoryStream(golden))!;
        AssertSame(expected, loaded);
        Assert.Equal(JsonSerializer.Serialize(GoldenState(expected)), JsonSerializer.Serialize(state));
        using var saved = new MemoryStream();
        expected.Save(saved, GoldenState(expected));
        Assert.Equal(golden, saved.ToArray());
    }

    /// <summary>Other people write numbers in other ways. Files do not.</summary>
    [Fact]
    public void The_culture_changes_no_byte()
    {
        byte[] expected = Saved();
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("")
        {
            NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~", PositiveInfinitySymbol = "much", NaNSymbol = "none" },
        };
        try
        {
            Assert.Equal(expected, Saved());
            Assert.Equal(1.5, NewTrainer().Load(new MemoryStream(expected))!.CostSum);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static Trainer NewTrainer() =>
            new(NewNetwork(), new Adam(0.001f) { WeightDecay = 0.01f, Schedule = LearningRateSchedule.Cosine(10, 0.1) });

        static byte[] Saved()
        {
            using var stream = new MemoryStream();
            NewTrainer().Save(stream, new FitState { Seed = -7, CostSum = 1.5, BestCost = float.NaN });
            return stream.ToArray();
        }
    }

    [Fact]
    public void A_state_of_another_network_is_not_saved()
    {
        var trainer = new Trainer(NewNetwork(), new Sgd(0.1f));
        var exception = Assert.Throws<ArgumentException>(() => trainer.Save(FilePath, new FitState { BestParameters = new float[34] }));
        Assert.StartsWith("state.BestParameters must have a length of 35, the network's parameters, but has 34.", exception.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_state_that_Fit_would_refuse_is_not_saved()
    {
        var trainer = new Trainer(NewNetwork(), new Sgd(0.1f));
        foreach ((FitState state, string message) in ((FitState, string)[])[
            (new() { Epoch = -1 }, "Epoch must be at least 0, but is -1."), (new() { Step = -1 }, "Step must be at least 0, but is -1."),
            (new() { Samples = -1 }, "Samples must be"), (new() { BatchSize = -1 }, "BatchSize must be"),
            (new() { Epoch = 1, BestEpoch = 2 }, "BestEpoch must be at least 0 and at most Epoch, 1, but is 2."),
            (new() { BestEpoch = -1 }, "BestEpoch must be"),
            (new() { EpochsWithoutImprovement = -1 }, "EpochsWithoutImprovement must be"),
            (new() { CostSum = double.NaN }, "CostSum must be finite"),
            (new() { CostSum = double.PositiveInfinity }, "CostSum must be finite"),
            (new() { Epoch = 1, BestEpoch = 1, BestCost = float.NaN }, "BestCost must be finite while BestEpoch is not 0, but is NaN."),
            (new() { BestTrainingCost = float.NaN }, "BestTrainingCost must be finite, but is NaN."),
            (new() { BestParameters = new float[35] }, "BestEpoch must be at least 1 if there are BestParameters, but is 0.")])
        {
            Assert.StartsWith("state." + message, Assert.Throws<ArgumentException>("state", () => trainer.Save(FilePath, state)).Message);
            Assert.Empty(Directory.GetFiles(_folder));
        }
    }

    [Fact]
    public void Schedules_say_how_they_were_made()
    {
        Assert.Equal("Constant", $"{LearningRateSchedule.Constant}");
        Assert.Equal("StepDecay(30, 0.1)", $"{LearningRateSchedule.StepDecay(30, 0.1)}");
        Assert.Equal("WarmUp(5, From(function))", $"{LearningRateSchedule.WarmUp(5, LearningRateSchedule.From(_ => 1))}");
    }

    /// <summary>The steps that Fit would take next, made by hand.</summary>
    private static void TakeSteps(Trainer trainer, FitState state, int steps)
    {
        (state.Samples, state.BatchSize, state.Seed) = (Samples, 4, 5);
        int[] order = new int[Samples];
        EpochOrder.Shuffle(order, 5, state.Epoch);
        foreach (int[] batch in order.Chunk(4).Take(steps))
        {
            float cost =
                trainer.Step([.. batch.SelectMany(s => s_x[(2 * s)..(2 * s + 2)])], [.. batch.SelectMany(s => s_y[(2 * s)..(2 * s + 2)])]);
            state.CostSum += (double)cost * batch.Length;
            state.Step++;
        }
    }

    private static object?[] NumbersOf(FitState state) =>
    [
        state.Epoch, state.Step, state.Samples, state.BatchSize, state.Seed, state.CostSum, state.BestEpoch, state.BestCost,
        state.BestTrainingCost, state.EpochsWithoutImprovement,
    ];

    private static void AssertRefused(Trainer trainer, byte[] file, string message)
    {
        byte[] Everything() =>
        [
            .. MemoryMarshal.AsBytes(trainer.Network.Parameters),
            .. trainer.OptimizerState.Names.SelectMany(name => MemoryMarshal.AsBytes(trainer.OptimizerState[name]).ToArray()),
            .. BitConverter.GetBytes(trainer.OptimizerState.Steps), .. BitConverter.GetBytes(trainer.Optimizer.LearningRate),
        ];
        byte[] before = Everything();
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => trainer.Load(new MemoryStream(file))).Message);
        Assert.Equal(before, Everything());
    }

    private static void AssertSame(Trainer expected, Trainer actual)
    {
        Cases.AssertSameBits(expected.Network.Parameters, actual.Network.Parameters, "parameters");
        foreach (string name in expected.OptimizerState.Names)
            Cases.AssertSameBits(expected.OptimizerState[name], actual.OptimizerState[name], name);
        Assert.Equal(expected.OptimizerState.Steps, actual.OptimizerState.Steps);
    }

    /// <summary>What the golden file holds.</summary>
    private static Trainer NewGolden()
    {
        var trainer = new Trainer(NetworkFileTests.Golden(), new Momentum(0.25f));
        Span<float> velocity = trainer.OptimizerState["velocity"];
        for (int k = 0; k < velocity.Length; k++) velocity[k] = k / 4f;
        trainer.OptimizerState.Steps = 7;
        return trainer;
    }

    private static FitState GoldenState(Trainer trainer)
    {
        var state =
            new FitState { Epoch = 2, Step = 1, Samples = 12, BatchSize = 4, Seed = 5, CostSum = 0.5, BestEpoch = 1, BestCost = 0.25f };
        state.EpochsWithoutImprovement = 1;
        state.BestParameters = trainer.Network.Parameters.ToArray();
        return state;
    }

    private static Network NewNetwork() => new([2, 4, 3, 2], seed: 1);

    private static Trainer TrainerOf(string recipe) => new(NewNetwork(), Recipes.Create(recipe));
}
