namespace FastNN.Files;

/// <summary>
/// The order of names by the numbers in them: "fc2" before "fc10". Numbers are compared as numbers, everything else by UTF-16 code.
/// </summary>
internal static class NaturalOrder
{
    /// <summary>Less than 0 if a comes first, greater than 0 if b does, and 0 if only leading zeros differ.</summary>
    internal static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                ReadOnlySpan<char> m = NumberFrom(ref a), n = NumberFrom(ref b);
                int order = m.Length != n.Length ? m.Length.CompareTo(n.Length) : m.SequenceCompareTo(n);
                if (order != 0) return order;
            }
            else
            {
                if (a[0] != b[0]) return a[0].CompareTo(b[0]);
                a = a[1..];
                b = b[1..];
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    /// <summary>Whether two names differ only in the values of their numbers, like the names of layers of one sequence.</summary>
    internal static bool DifferInNumbersAlone(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            bool isNumber = char.IsAsciiDigit(a[0]);
            if (isNumber ? !char.IsAsciiDigit(b[0]) : a[0] != b[0]) return false;

            if (isNumber)
            {
                NumberFrom(ref a);
                NumberFrom(ref b);
            }
            else
            {
                a = a[1..];
                b = b[1..];
            }
        }

        return a.IsEmpty && b.IsEmpty;
    }

    /// <summary>The number at the start, without leading zeros.</summary>
    private static ReadOnlySpan<char> NumberFrom(ref ReadOnlySpan<char> text)
    {
        int start = 0, end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        while (start < end && text[start] == '0') start++;
        ReadOnlySpan<char> number = text[start..end];
        text = text[end..];
        return number;
    }
}
