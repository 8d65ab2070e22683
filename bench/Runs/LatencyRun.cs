using System.Diagnostics;
using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using HdrHistogram;
using Spectre.Console;

namespace FastNN.Bench.Runs;

/// <summary>
/// What <c>-- --latency</c> does, in about two minutes: times ten million single calls of each kind, one by one, for what is behind the
/// mean. All in turn, in slices, with a call of nothing: what that shows, the timer and the machine take, and what interrupts it,
/// interrupts the others as well.
/// </summary>
internal static class LatencyRun
{
    private const int Calls = 10_000_000, Slice = 50_000, Slices = Calls / Slice;
    private static readonly double s_nanoseconds = 1e9 / Stopwatch.Frequency;

    /// <summary>Measures and prints; the exit code says whether nothing was allocated and no garbage collected meanwhile.</summary>
    /// <param name="file">Where to keep what is printed; null not to.</param>
    internal static int Run(string? file)
    {
        Task[] tasks = [new("nothing", () => { }), .. Tasks([2, 4, 3, 2]), .. Tasks([784, 128, 10])];
        Measurement.Prepare([.. tasks.Select(task => new Measurement(task.Run))]);
        foreach (Task task in tasks) task.Forget();

        int collections = -1;
        Screen.Progress($"{tasks.Length} × {Calls:N0} calls", 1, done => // nothing is drawn meanwhile, which would allocate
        {
            GC.Collect();
            collections = GC.CollectionCount(0);
            for (int slice = 0; slice < Slices; slice++)
            {
                foreach (Task task in tasks) task.Run(Slice);
            }

            collections = GC.CollectionCount(0) - collections;
            done();
        });

        long allocated = tasks.Sum(task => task.AllocatedBytes);
        Screen.Show(file, () =>
        {
            Screen.Header();
            AnsiConsole.Write(ToTable(tasks));
            AnsiConsole.WriteLine($"{Slice:N0} calls of a kind follow one another, so its data and branches are warm.");
            AnsiConsole.WriteLine($"Garbage collections meanwhile: {collections}. Bytes allocated by the calls: {allocated}.");
        });
        return collections == 0 && allocated == 0 ? 0 : 1;
    }

    private static IEnumerable<Task> Tasks(int[] widths)
    {
        var network = new Network(widths, seed: 1);
        var trainer = new Trainer(network, new Sgd(1e-6f));
        float[] inputs = [.. Enumerable.Range(0, network.Inputs).Select(k => k % 7 / 7f)];
        float[] outputs = new float[network.Outputs], targets = new float[network.Outputs];
        string name = string.Join('-', widths);
        yield return new($"{name} forward", () => network.Forward(inputs, outputs));
        yield return new($"{name} step", () => trainer.Step(inputs, targets));
    }

    private static Table ToTable(Task[] tasks)
    {
        Table table = Screen.Table(
            $"Latency of {Calls:N0} calls each, ns, with that of the timer", "one sample", "p50", "p99", "p99.9", "p99.99", "max");
        foreach (Task task in tasks)
        {
            double[] parts = [50, 99, 99.9, 99.99, 100];
            table.AddRow([task.Name, .. parts.Select(part => $"{task.Histogram.GetValueAtPercentile(part) * s_nanoseconds:N0}")]);
        }

        return table;
    }

    private sealed class Task(string name, Action call)
    {
        internal string Name => name;

        /// <summary>Ticks of the stopwatch, to three digits.</summary>
        internal LongHistogram Histogram { get; } = new(Stopwatch.Frequency * 60, 3);

        internal long AllocatedBytes { get; private set; }

        /// <summary>Leaves what was only to warm up.</summary>
        internal void Forget()
        {
            Histogram.Reset();
            AllocatedBytes = 0;
        }

        internal void Run(int calls)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int k = 0; k < calls; k++)
            {
                long start = Stopwatch.GetTimestamp();
                call();
                Histogram.RecordValue(Stopwatch.GetTimestamp() - start);
            }

            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
