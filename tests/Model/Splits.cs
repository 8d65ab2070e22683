namespace FastNN.Tests.Model;

/// <summary>Splits of samples, and the targets of labels.</summary>
internal static class Splits
{
    internal static (int[] Training, int[] HeldOut) Split(int n, float p, int seed)
    {
        int h = ModelFit.HeldOut(p, n);
        int[] order = Generator.Order(n, seed, epoch: 0);
        return (order[..(n - h)], order[(n - h)..]);
    }

    internal static (int[] Training, int[] HeldOut) StratifiedSplit(int[] labels, float p, int seed)
    {
        int n = labels.Length, h = ModelFit.HeldOut(p, n);
        int[] order = Generator.Order(n, seed, epoch: 0);
        (int Label, long Product)[] classes = [.. labels.GroupBy(c => c).Select(c => (c.Key, (long)h * c.Count()))];
        Dictionary<int, long> quotas = classes.ToDictionary(c => c.Label, c => c.Product / n);
        long left = h - quotas.Values.Sum();
        foreach ((int label, _) in classes.OrderByDescending(c => c.Product % n).ThenBy(c => c.Label).Take((int)left)) quotas[label]++;
        HashSet<int> heldOut = [.. classes.SelectMany(c => order.Where(s => labels[s] == c.Label).TakeLast((int)quotas[c.Label]))];
        return ([.. order.Where(s => !heldOut.Contains(s))], [.. order.Where(heldOut.Contains)]);
    }

    /// <summary>The targets that a label stands for.</summary>
    internal static float[] TargetsOf(int label, int outputs, bool fromMinusOne)
    {
        float low = fromMinusOne ? -1 : 0;
        if (outputs == 1) return [label == 1 ? 1 : low];
        return [.. Enumerable.Range(0, outputs).Select(i => i == label ? 1 : low)];
    }
}
