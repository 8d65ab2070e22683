using FastNN.Bench.Ensembles;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Spectre.Console;

namespace FastNN.Bench.Peers;

/// <summary>An ensemble's forward pass beside libtorch's products of stacked matrices, in turns, one thread each.</summary>
internal static class MembersRace
{
    private const int Rounds = 60, Members = 1024;

    /// <summary>64 roundings of the largest value, as for networks.</summary>
    private const float Tolerance = 64f / (1 << 24);
    private static readonly int[][] s_networks = [[2, 4, 3, 2], [8, 16, 16, 1]];
    private static readonly int[] s_batches = [1, 16];

    /// <summary>Compares results, measures and prints, in some seconds; the exit code says whether the results agree.</summary>
    internal static int Run()
    {
        Screen.Prepare();
        Screen.Header();
        if (Contender.Libtorch.FindObstacle() is string obstacle)
        {
            AnsiConsole.WriteLine($"{Contender.Libtorch}: {obstacle}");
            return 0;
        }

        Table table = Screen.Table(
            $"Forward of {Members} members: how many times as fast the ensemble is", "network",
            ["batch", "ensemble, ns of a member's sample", "libtorch, bmm", "libtorch, baddbmm"]);
        table.Caption($"{Contender.Libtorch.Version()}. Medians of the rounds, and the 10th and 90th percentile. All layers are sigmoids.");
        bool allAgree = true;
        foreach (int[] widths in s_networks)
        {
            foreach (int batch in s_batches) allAgree &= AddRow(table, new EnsembleTask(widths, Members, batch, MemberPass.Forward));
        }

        AnsiConsole.Write(table);
        if (!allAgree) AnsiConsole.MarkupLine("[red]LIBTORCH'S RESULTS ARE NOT FASTNN'S.[/]");
        return allAgree ? 0 : 1;
    }

    private static bool AddRow(Table table, EnsembleTask task)
    {
        var random = new Random(1);
        float[] inputs = [.. Enumerable.Range(0, (int)task.Samples * task.Widths[0]).Select(_ => 2f * random.NextSingle() - 1f)];
        float[] outputs = new float[task.Samples * task.Widths[^1]];
        NetworkEnsemble ensemble = task.CreateEnsemble();
        Network[] networks = task.CreateNetworks();
        LibtorchPeer.LoadLibraries();
        using LibtorchMembers added = new(task, networks, inputs, fused: false), fused = new(task, networks, inputs, fused: true);
        ensemble.Forward(inputs, outputs);
        if (!Agrees(added, outputs) || !Agrees(fused, outputs)) return false;

        Measurement mine = Of(() => ensemble.Forward(inputs, outputs)), bmm = Of(added.Forward), baddbmm = Of(fused.Forward);
        Measurement[] all = [mine, bmm, baddbmm];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        table.AddRow(
            task.Size, $"{task.Batch}", $"{mine.Nanoseconds / task.Samples:F1}", Text(bmm.RatioTo(mine)), Text(baddbmm.RatioTo(mine)));
        return true;
    }

    private static Measurement Of(Action call) => new(calls =>
    {
        for (; calls > 0; calls--) call();
    });

    private static bool Agrees(LibtorchMembers members, float[] expected)
    {
        members.Forward();
        float largest = expected.Max(MathF.Abs);
        return members.ReadOutputs().Zip(expected).All(pair => MathF.Abs(pair.First - pair.Second) <= Tolerance * largest);
    }

    private static string Text(Ratio ratio) => $"× {ratio.Median:F1} ({ratio.Low:F1}–{ratio.High:F1})";
}
