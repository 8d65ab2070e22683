using FastNN.Bench.Learning;
using FastNN.Bench.Runs;
using FastNN.Bench.WholeNetworks;
using FastNN.Tests.Api;
using FastNN.Tests.Fit;
using FastNN.Tests.Training;
using FastNN.Tests.Tuning;
using static FastNN.Tests.Pages.Claim;
using static FastNN.Tests.Pages.Results;

namespace FastNN.Tests.Pages;

/// <summary>Every figure on the pages, and where it comes from. <see cref="FigureTests"/> compares both.</summary>
internal static class Figures
{
    private const string FrontDoor = "README.md", Bench = "bench/README.md", Networks = "src/docs/networks.md", Files = "src/docs/files.md";
    private const string Ci = ".ci/run", Onnx = "src/docs/onnx.md", Embedding = "src/docs/embedding.md", Serving = "src/docs/serving.md",
        Training = "src/docs/training.md";
    private const string Large = "784-128-10", Tiny = "2-4-3-2", Middle = "32-64-64-64-16", Wide = "1024-1024-1024";

    internal static IReadOnlyList<Claim> All { get; } =
    [
        .. OfFrontDoor(), .. OfActivations(), .. OfEmbedding(), .. OfBench(),
        Computed(Files, $"CI kills a saving process {Kills} times a run."),
        HeldBy(nameof(NetworkTests.Parameters_start_a_cache_line), Networks, "It starts at a multiple of 64 bytes."),
        HeldBy(
            nameof(SampleSourceTests.Epochs_of_a_source_allocate_no_more_than_the_history), Training,
            "Each epoch adds less than 100 bytes to the history."),
        MeasuredBy("bench -- --serving", Serving, "4 samples of 784-512-10 take 0.55 of the time that they take on"),
        MeasuredBy("bench -- --serving", Serving, "24 samples of 1024-1024-1024 take 0.67."),
        MeasuredBy("bench -- --serving", Serving, "they take 0.63 and 0.70."),
        MeasuredBy("bench -- --load", Files, "takes about 1.2 times as long as `File.ReadAllBytes` if both get fresh memory"),
        Computed(Training, $"{BytesOfPair}·P² bytes: {BytesOfPair * 3000L * 3000 / 1_000_000} MB for 3,000 parameters"),
        Computed(Onnx, $"plus {Constant(typeof(FastNN.Onnx.OnnxMemoryBudget), "Allowance") >> 20} MB of memory"),
    ];

    private static Claim[] OfFrontDoor() =>
    [
        Computed(
            FrontDoor,
            $"up to {Percent(Zen5.BestOfBandwidth)} of a cache's bandwidth, and batches reach up to {Percent(Zen5.BestOfPeak)} of the"),
        HeldBy(nameof(FigureTests.OpenBlas_alone_is_faster_and_in_seven_cells_only), FrontDoor, "is faster in seven cells."),
        Computed(
            FrontDoor,
            $"it takes {OpenBlas("forward", Large)} of the time for {Large} forward, {OpenBlas("step", Large)} for its step,"),
        Computed(FrontDoor, $"and {OpenBlas("step", Middle)} for a step of {Middle}."),
        Computed(FrontDoor, $"For one sample of {Wide} forward it takes {Zen5.ShareOfOpenBlas("forward", Wide, 1):F2}."),
        Computed(FrontDoor, $"all of {Wide}: there it takes {OpenBlasWithoutAvx512.Min():F2} to {OpenBlasWithoutAvx512.Max():F2}."),
        MeasuredBy("bench -- --cold", Embedding, "`new Network` and `new Trainer` take 20 to 30 ms before that, once."),
        Computed(FrontDoor, $"On a Zen 4 they reach {Percent(Zen4.BestOfBandwidth)} and {Percent(Zen4.BestOfPeak)}."),
        Computed(FrontDoor, $"CI kills a saving process {Kills} times a run."),
        HeldBy(nameof(AllocationTests), FrontDoor, "Tests count 0 bytes"),
        Computed(
            FrontDoor,
            $"for {Said(Ci, @"^fuzz=(\d+)")} s in each CI run, and for {Said(Ci, @"nightly \] && fuzz=(\d+)") / 60} min with"),
        Computed(FrontDoor, $"a process starts, loads 784-128-10 and predicts in {Start(0):F1} ms"),
    ];

    private static IEnumerable<Claim> OfActivations() =>
    [
        .. OfActivationsWithoutParameters(),
        Computed(Networks, $"`Clip(min, max)` | {Promised(Activation.Clip(0, 6))} | z, limited to [min, max]; (0, 6) is ReLU6"),
        Computed(Networks, $"`EluWithAlpha(alpha)` | {Flat.MaxUlp} | max({Flat.MaxSlopeError}, {Steep.MaxSlopeError / 2}·"),
        Computed(Networks, $"`HardSigmoidWith(factor, offset)` | {Promised(Activation.HardSigmoidWith(0.2f, 0.5f))} |"),
        Computed(Networks, $"`LeakyReluWithSlope(slope)` | {Promised(Activation.LeakyReluWithSlope(0.2f))} |"),
    ];

    private static Activation Flat => Activation.EluWithAlpha(0.5f);

    private static Activation Steep => Activation.EluWithAlpha(2f);

    private static string Promised(Activation f) => $"{f.MaxUlp} | {f.MaxSlopeError}";

    private static IEnumerable<Claim> OfActivationsWithoutParameters() =>
        from f in Activation.All
        let ulp = f.IsElementwise ? $"{f.MaxUlp:0.#}" : $"{f.MaxUlp:0.#} + ½·⌈(n − 16)/16⌉"
        let slope = !f.IsElementwise ? "–" : double.IsPositiveInfinity(f.MaxSlopeError) ? "∞" : $"{f.MaxSlopeError:0.#}"
        select Computed(Networks, $"`{f}` | {ulp} | {slope} |");

    private static Claim[] OfEmbedding() =>
    [
        HeldBy(nameof(CachesTests.Other_sizes_are_the_usual_ones), Embedding, "Then 32 KiB, 512 KiB, 8 MiB and 64 bytes count."),
        HeldBy("tests/packages/run", Embedding, "The package `FastNN` has about 369 KB."),
        Computed(
            Embedding,
            $"784-128-10 takes {Time(Alone(Large))} alone and {Zen5.Sample("forward", Large, 64) / 1000:F1} µs in a batch of 64"),
        Computed(
            Embedding,
            $"2-4-3-2 takes {Time(Alone(Tiny))} alone and {Time(Zen5.Sample("forward", Tiny, 64))} in a batch of 64."),
        Computed(Embedding, $"costs more for each sample than a step on one, up to {Zen5.StepOnTwo(Middle):F1} times."),
        Computed(
            Embedding,
            $"from {Zen5.StepGainsFrom(Large)} samples on in 784-128-10, and from {Zen5.StepGainsFrom(Middle)} on in 32-64-64-64-16."),
        Computed(Embedding, $"keeps up to {BytesOfNeuron / 1024} KB for each neuron of the widest layer"),
        Computed(Embedding, $"For 784-128-10 this is {784e-6 * BytesOfNeuron:F1} MB."),
        Computed(
            Embedding,
            $"after {Start(0):F1} ms with NativeAOT, and after {Start(1):F0} ms with the JIT"),
        MeasuredBy("bench -- --cold", Embedding, "it takes up to 50 ms forward, and up to 100 ms for a step"),
        Computed(Embedding, $"half take at most {Latency(0):N0} ns, and 99.9 % take at most {Latency(2):N0} ns."),
    ];

    private static Claim[] OfBench() =>
    [
        Computed(
            Bench,
            $"A sigmoid takes {Zen5.CyclesOfSigmoids:F0} cycles for 16 values on the Zen 5, and {Zen4.CyclesOfSigmoids:F0} on the Zen 4."),
        Computed(
            Bench,
            $"leaves 32-64-64-64-16 at most {Percent(Zen5.LeftBySigmoids(32, 64, 64, 64, 16))} of the peak in a forward pass,"),
        Computed(Bench, $"and 17-33-9-5 at most {Percent(Zen5.LeftBySigmoids(17, 33, 9, 5))}."),
        Computed(
            Bench,
            $"× {Faster("Sigmoid")} | × {Faster("Tanh")} | × {Faster("Silu")} | × {Faster("Softplus")} | × {Faster("Softmax")}"),
        Computed(Bench, $"an update of 35 parameters takes {1 / Zen5.Faster("GradientDescent", "35"):F1} times as long."),
        Computed(Bench, $"a layer of 2048-2048 takes {1 / Zen4.Faster("Layer forward", "2048-2048"):F1} times as long."),
        Computed(Bench, $"Calls are counted in windows of {ColdCalls.WindowLength} ms."),
        Computed(Bench, $"more than {ColdRun.LateHalf} ms for {Percent(ColdCalls.Half)},"),
        Computed(Bench, $"or more than {ColdRun.LateMost} ms for {Percent(ColdCalls.Most)}."),
        MeasuredBy("bench -- --routes 784-128 64 --force tiles", Bench, "784-128 takes 1.3 times as long in tiles as in rows."),
        MeasuredBy("bench -- --routes 784-512 6 --force single", Bench, "take 3.6 times as long one by one as together."),
        Computed(Bench, $"takes {Adam(64):F1} times as long on a batch of 64, and {Adam(1):F1} times as long on one sample."),
        Computed(
            Bench,
            $"gets {Digits[0]} of the held-out digits right after 50 epochs in batches of 32: {100.0 * Digits[0] / Digits[1]:F1} %."),
        Computed(Bench, $"It fails if the median is below {Percent(Lesson.Recipe.WorstAccuracy)}."),
        Computed(Bench, $"2-2-1 learns it from {Xor[0]}, 2-3-1 from {Xor[1]}, and 2-4-1 from {(Xor[2] is 20 ? "all" : Xor[2])}."),
        HeldBy(
            "https://willwhitney.com/parallel-training-jax.html", Bench,
            "dozens of small networks at once by `vmap` can be 10 to 100 times as fast as one after another"),
        HeldBy(
            "https://github.com/jax-ml/jax/issues/26568", Bench,
            "`vmap` took 4.92 ms, and `lax.map`, one network after another, took 1.71 ms"),
        Computed(Bench, $"4-8-3 gets {Irises[0]} of {Irises[1]} held-out flowers right."),
    ];

    /// <summary>On a batch of 4.</summary>
    private static string OpenBlas(string pass, string size) => $"{Zen5.ShareOfOpenBlas(pass, size, 4):F2}";

    private static IEnumerable<double> OpenBlasWithoutAvx512 =>
        Zen5WithoutAvx512.Rows.Where(row => row.Contestant == "OpenBLAS" && Math.Round(row.Ratio, 2) < 1).Select(row => row.Ratio);

    private static int Kills => Said(Ci, @"tests/crash/run (\d+)");

    private static int[] Digits => Numbers(nameof(LearningTests.Digits_held_out_are_read_412_of_450));

    private static int[] Irises => Numbers(nameof(LearningTests.Iris_flowers_held_out_are_told_apart_50_of_50));

    private static object?[] Xor => Expected<LearningTests>(nameof(LearningTests.Xor_is_learnt_from_this_many_of_20_random_starts));

    /// <summary>What the method's own documentation says in floats.</summary>
    private static int BytesOfNeuron => Said("src/FastNN/Network.cs", @"A batch needs at most (\d+) floats") * sizeof(float);

    /// <summary>What a refusal says in bytes for each pair of parameters.</summary>
    private static int BytesOfPair =>
        Said("src/FastNN/Training/Optimizers/LevenbergMarquardt.cs", @"which takes (\d+) bytes for each pair of them");

    private static double Alone(string size) => Zen5.Sample("forward", size, 1);

    /// <summary>Milliseconds to the first prediction, with NativeAOT and with the JIT.</summary>
    private static double Start(int column) => Zen5.Printed("aot.txt", "best of three", column) / 1000;

    private static double Latency(int column) => Zen5.Printed("latency.txt", $"{Large} forward", column);

    private static string Faster(string activation) => $"{Zen5.Faster(activation, "1000"):F1}";

    private static double Adam(int batch) =>
        Zen5.Sample("step", Large, batch, NetworkKind.ClassifierByAdam.Name)
        / Zen5.Sample("step", Large, batch, NetworkKind.Classifier.Name);
}
