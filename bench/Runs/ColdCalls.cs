using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastNN.Bench.Runs;

/// <summary>How a process, in which nothing of FastNN has run before, becomes warm. All times are in milliseconds.</summary>
/// <param name="Constructor">Of the network, and of the trainer of a step.</param>
/// <param name="First">The first call.</param>
/// <param name="Warm">A call at the end.</param>
/// <param name="ToHalf">From the start of the first call to <see cref="Half"/> of the warm speed; null if it is never reached.</param>
/// <param name="ToMost">The same for <see cref="Most"/>.</param>
internal sealed record ColdCalls(double Constructor, double First, double Warm, double? ToHalf, double? ToMost)
{
    /// <summary>Shares of the warm speed.</summary>
    internal const double Half = 0.5, Most = 0.9;

    /// <summary>Calls are counted together for at least so many milliseconds.</summary>
    internal const double WindowLength = 5;

    private const int WindowsInRow = 3, WarmPart = 5;

    /// <summary>If a call multiplies fewer weights than these, the clock is read only once for some calls.</summary>
    private const int SmallCall = 5000, SmallCallsTogether = 100;

    /// <summary>In the process.</summary>
    internal static ColdCalls Measure(ColdTask task, int seconds)
    {
        var windows = new List<Window>((int)(1000 * seconds / WindowLength) + 1);
        int weights = task.Widths.Zip(task.Widths.Skip(1), (inputs, outputs) => inputs * outputs).Sum();
        int together = weights * task.Batch < SmallCall ? SmallCallsTogether : 1;
        float[] inputs = new float[task.Batch * task.Widths[0]], outputs = new float[task.Batch * task.Widths[^1]];
        for (int k = 0; k < inputs.Length; k++) inputs[k] = k % 7 / 7f;

        long creation = Stopwatch.GetTimestamp();
        Action<int> repeat = task.Pass == ColdTask.Step ? Step(task.Widths, inputs, outputs) : Forward(task.Widths, inputs, outputs);
        long start = Stopwatch.GetTimestamp();
        repeat(1);
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Fill(windows, repeat, together, start, 1000 * seconds);

        double constructor = Stopwatch.GetElapsedTime(creation, start).TotalMilliseconds;
        double[] last = [.. windows.TakeLast(windows.Count / WarmPart).Select(window => window.Call).Order()];
        double warm = last[last.Length / 2];
        return new ColdCalls(constructor, first, warm, Reach(windows, warm / Half), Reach(windows, warm / Most));
    }

    /// <summary>The start of the first of three windows in a row whose calls take at most so long; null if there are none.</summary>
    internal static double? Reach(IReadOnlyList<Window> windows, double call)
    {
        int inRow = 0;
        foreach ((int k, Window window) in windows.Index())
        {
            inRow = window.Call <= call ? inRow + 1 : 0;
            if (inRow == WindowsInRow) return windows[k + 1 - WindowsInRow].Start;
        }

        return null;
    }

    /// <summary>Calls until the end. This code is optimised at once, so that only the library becomes faster.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(List<Window> windows, Action<int> repeat, int together, long start, double end)
    {
        double now = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        while (now < end)
        {
            double windowStart = now;
            int calls = 0;
            for (; now < windowStart + WindowLength; calls += together)
            {
                repeat(together);
                now = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            windows.Add(new Window(windowStart, (now - windowStart) / calls));
        }
    }

    private static Action<int> Forward(int[] widths, float[] inputs, float[] outputs)
    {
        var network = new Network(widths, seed: 1);
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (calls) =>
        {
            for (int k = 0; k < calls; k++) network.Forward(inputs, outputs);
        };
    }

    private static Action<int> Step(int[] widths, float[] inputs, float[] targets)
    {
        var trainer = new Trainer(new Network(widths, seed: 1), new Sgd(learningRate: 1e-6f));
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (calls) =>
        {
            for (int k = 0; k < calls; k++) trainer.Step(inputs, targets);
        };
    }

    /// <summary>Calls that follow one another.</summary>
    /// <param name="Start">Since the start of the first call.</param>
    /// <param name="Call">How long a call takes.</param>
    internal readonly record struct Window(double Start, double Call);
}
