using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>A save notices that a network or a trainer changes meanwhile. It throws, and the old file is still there.</summary>
public sealed class SavesBesideTrainingTests : IDisposable
{
    private static readonly float[] s_x = Cases.Uniform(1, 5), s_y = Cases.Uniform(2, 3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string FilePath => Path.Combine(_folder.FullName, "network.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>What changes during a save, and what the message names.</summary>
    public static TheoryData<string, string> Changes { get; } = new()
    {
        { "first weight", "The tensor \"0.weight\"" },
        { "last bias", "The tensor \"2.bias\"" },
        { "state", "The tensor \"optimizer.second moment\"" },
        { "step", "The tensor \"0.weight\"" },
        { "steps", "\"fastnn.steps\"" },
        { "learning rate", "\"fastnn.learning_rate\"" },
        { "epoch", "\"fastnn.fit.Epoch\"" },
        { "best", "The tensor \"fit.best_parameters\"" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_between_the_checksums_and_the_data_is_noticed(string what, string named)
    {
        Trainer trainer = NewTrainer();
        var state = new FitState { Epoch = 2, BestEpoch = 1, BestParameters = trainer.Network.Parameters.ToArray() };
        using var stream = new ChangingStream(() => Change(trainer, state, what));
        string message = Assert.Throws<InvalidOperationException>(() => trainer.Save(stream, state)).Message;
        Assert.StartsWith(named + " changed during Save.", message);
        stream.Position = 0;
        Assert.True(what is "steps" or "learning rate" or "epoch" || Refuses(() => NewTrainer().Load(stream)));
    }

    [Theory]
    [InlineData("first weight", "The tensor \"0.weight\"")]
    [InlineData("last bias", "The tensor \"2.bias\"")]
    [InlineData("standardizer", "The tensor \"input_standardizer.statistics\"")]
    public void A_network_that_changes_is_not_saved(string what, string named)
    {
        Trainer trainer = NewTrainer();
        trainer.Network.InputStandardizer = new Standardizer(5);
        using var stream = new ChangingStream(() => Change(trainer, new FitState(), what));
        Assert.StartsWith(named, Assert.Throws<InvalidOperationException>(() => trainer.Network.Save(stream)).Message);
        stream.Position = 0;
        Assert.True(Refuses(() => Network.Load(stream)));
    }

    /// <summary>The optimizer's state changes on the way into the stream. Either the file loads, or the save throws.</summary>
    [Fact]
    public void A_change_on_the_way_into_the_file_damages_nothing()
    {
        int thrown = 0, loaded = 0;
        for (int before = 1; ; before++)
        {
            Trainer trainer = NewTrainer();
            using var stream = new ChangingStream(() => Change(trainer, new FitState(), "state"), before);
            bool throws = false;
            try
            {
                trainer.Save(stream);
                loaded++;
            }
            catch (InvalidOperationException)
            {
                throws = true;
                thrown++;
            }

            stream.Position = 0;
            if (!throws) NewTrainer().Load(stream);
            if (!stream.HasChanged) break;
        }

        Assert.InRange(thrown, 5, 100); // the header comes first, and then the tensors
        Assert.InRange(loaded, 1, 100);
    }

    [Fact]
    public async Task Beside_a_training_a_path_holds_a_file_that_loads()
    {
        var network = new Network([64, 256, 256, 10], seed: 1);
        var trainer = new Trainer(network, new Adam(1e-4f));
        float[] x = Cases.Uniform(1, 32 * 64), y = Cases.Uniform(2, 32 * 10);
        string onnx = Path.Combine(_folder.FullName, "network.onnx"), checkpoint = FilePath + ".checkpoint";
        network.Save(FilePath);
        OnnxModel.Save(network, onnx);
        using var stop = new CancellationTokenSource();
        var training = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested) trainer.Step(x, y);
            },
            TestContext.Current.CancellationToken);
        for (int k = 0; k < 10; k++)
        {
            Try(() => network.Save(FilePath));
            Try(() => trainer.Save(checkpoint));
            Try(() => OnnxModel.Save(network, onnx));
            Network.Load(FilePath);
            OnnxModel.Load(onnx);
            if (File.Exists(checkpoint)) new Trainer(new Network([64, 256, 256, 10], seed: 2), new Adam(1e-4f)).Load(checkpoint);
        }

        stop.Cancel();
        await training;
        Assert.Empty(_folder.GetFiles("*.tmp"));
    }

    [Fact]
    public async Task A_network_that_changes_does_not_become_an_ONNX_model()
    {
        var network = new Network([512, 512, 10], seed: 1);
        using var stop = new CancellationTokenSource();
        var changing = Task.Run(
            () =>
            {
                for (int k = 0; !stop.IsCancellationRequested; k++) network.Parameters[0] = k % 1000;
            },
            TestContext.Current.CancellationToken);
        string? message = null;
        for (int k = 0; k < 10_000 && message is null; k++)
        {
            try
            {
                OnnxModel.Save(network, Stream.Null);
            }
            catch (InvalidOperationException exception)
            {
                message = exception.Message;
            }
        }

        stop.Cancel();
        await changing;
        Assert.StartsWith("The network changed during Save.", message);
    }

    private static void Try(Action save)
    {
        try
        {
            save();
        }
        catch (InvalidOperationException)
        {
        }
    }

    private static bool Refuses(Action load)
    {
        try
        {
            load();
            return false;
        }
        catch (ModelFormatException)
        {
            return true;
        }
    }

    private static Trainer NewTrainer() => new(new Network([5, 4, 3], seed: 1), new Adam(0.1f));

    private static void Change(Trainer trainer, FitState state, string what)
    {
        if (what == "first weight") trainer.Network.Parameters[0] += 1;
        else if (what == "last bias") trainer.Network.Parameters[^1] += 1;
        else if (what == "state") trainer.OptimizerState["second moment"][7] += 1;
        else if (what == "step") trainer.Step(s_x, s_y);
        else if (what == "steps") trainer.OptimizerState.Steps++;
        else if (what == "learning rate") trainer.Optimizer.LearningRate *= 2;
        else if (what == "epoch") state.Epoch++;
        else if (what == "best") state.BestParameters![3] += 1;
        else trainer.Network.InputStandardizer!.Update(s_x);
    }
}
