namespace FastNN.Fit;

/// <summary>A split that keeps the shares of the classes.</summary>
internal static class Strata
{
    /// <summary>
    /// Holds out the last samples of each class, in the given order. Both parts keep this order.
    /// </summary>
    internal static (int[] Training, int[] HeldOut) Divide(ReadOnlySpan<int> labels, ReadOnlySpan<int> order, int heldOut)
    {
        (int[] classes, int[] counts) = Count(labels);
        int[] quotas = Quotas(counts, heldOut), training = new int[order.Length - heldOut], held = new int[heldOut];
        int trained = training.Length;
        for (int k = order.Length - 1; k >= 0; k--)
        {
            ref int quota = ref quotas[Array.BinarySearch(classes, labels[order[k]])];
            if (quota-- > 0) held[--heldOut] = order[k];
            else training[--trained] = order[k];
        }

        return (training, held);
    }

    /// <summary>The different labels, ascending, and how many samples have each.</summary>
    internal static (int[] Classes, int[] Counts) Count(ReadOnlySpan<int> labels)
    {
        int[] sorted = labels.ToArray();
        Array.Sort(sorted);
        List<int> classes = [], counts = [];
        foreach (int label in sorted)
        {
            if (classes.Count == 0 || classes[^1] != label)
            {
                classes.Add(label);
                counts.Add(0);
            }

            counts[^1]++;
        }

        return ([.. classes], [.. counts]);
    }

    /// <summary>
    /// How many samples of each class are held out, by the method of the largest remainder. It computes with integers, so nothing is
    /// rounded.
    /// </summary>
    internal static int[] Quotas(int[] counts, int heldOut)
    {
        long all = 0;
        foreach (int count in counts) all += count;
        int left = heldOut;
        int[] quotas = new int[counts.Length], byRemainder = new int[counts.Length];
        long[] remainders = new long[counts.Length];
        for (int c = 0; c < counts.Length; c++)
        {
            long share = (long)heldOut * counts[c];
            left -= quotas[c] = (int)(share / all);
            remainders[c] = share % all;
            byRemainder[c] = c;
        }

        Array.Sort(byRemainder, (c, d) => remainders[c] != remainders[d] ? remainders[d].CompareTo(remainders[c]) : c.CompareTo(d));
        for (int k = 0; k < left; k++) quotas[byRemainder[k]]++;
        return quotas;
    }
}
