namespace FastNN.Bench.Compare;

/// <summary>The same numbers in every run.</summary>
internal static class Data
{
    /// <summary>In [−1, 1), by a multiplicative sequence.</summary>
    internal static float[] Inputs(int count) => [.. Enumerable.Range(1, count).Select(k => (k * 40503u % 65536) / 32768f - 1f)];

    /// <summary>For each sample 1 for one output and 0 for the others: what every cost accepts.</summary>
    internal static float[] Targets(int batch, int outputs)
    {
        var targets = new float[batch * outputs];
        for (int sample = 0; sample < batch; sample++) targets[sample * outputs + sample * 7 % outputs] = 1f;
        return targets;
    }
}
