using FastNN.Bench.Ensembles;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;

namespace FastNN.Bench.Runs;

/// <summary>What the picture of ensembles shows: forward on one sample each, as members grow in number or in width.</summary>
internal static class EnsembleCurves
{
    /// <summary>How often <see cref="Measure"/> says that a part is done.</summary>
    internal const int Parts = 3;
    private const int Rounds = 60, MostMembers = 4096, MembersOfWidths = 1024;
    private static readonly int[][] s_networks = [[2, 4, 3, 2], [8, 16, 16, 1]];
    private static readonly int[] s_widths = [2, 3, 4, 6, 8, 12, 16, 17, 24, 32, 48, 64];

    internal static IEnumerable<Row> Measure(Action partDone)
    {
        foreach (int[] widths in s_networks)
        {
            var members = Enumerable.Range(0, 1 + int.Log2(MostMembers)).Select(power => 1 << power);
            foreach (Row row in Curve(EnsembleRow.ByMembers, members.Select(count => Forward(widths, count)))) yield return row;
            partDone();
        }

        foreach (Row row in Curve(EnsembleRow.ByWidth, s_widths.Select(n => Forward([n, n, n, 1], MembersOfWidths)))) yield return row;
        partDone();
    }

    private static EnsembleTask Forward(int[] widths, int members) => new(widths, members, Batch: 1, MemberPass.Forward);

    private static IEnumerable<Row> Curve(string name, IEnumerable<EnsembleTask> tasks)
    {
        EnsembleDuel[] duels = [.. tasks.Select(task => new EnsembleDuel(task, threads: 1))];
        Measurement[] all = [.. duels.SelectMany(duel => (Measurement[])[duel.Loop, duel.Ensemble])];
        Measurement.Prepare(all);
        Measurement.Run(all, Rounds, () => { });
        foreach (EnsembleDuel duel in duels)
        {
            yield return ToRow(name, duel, EnsembleRow.Ensemble, duel.Ensemble);
            yield return ToRow(name, duel, EnsembleRow.Loop, duel.Loop);
        }
    }

    private static Row ToRow(string name, EnsembleDuel duel, string who, Measurement measurement)
    {
        Ratio ratio = measurement.RatioTo(duel.Ensemble);
        return new Row(
            name, duel.Task.Size, duel.Task.Batch, who, measurement.Nanoseconds, 0, "", "", 0, ratio.Median, ratio.Low, ratio.High,
            measurement.AllocatedBytes, Members: duel.Task.Members);
    }
}
