using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>What became of a method.</summary>
internal enum Fate
{
    /// <summary>The same name and the same code.</summary>
    Same,

    /// <summary>The same code under another name.</summary>
    Renamed,

    /// <summary>The same instructions, but they call a method of another name, and nothing shows that it is the old one renamed.</summary>
    CallsOthers,

    /// <summary>Other code.</summary>
    Differs,

    /// <summary>Only the old build compiles such a method.</summary>
    Gone,

    /// <summary>Only the new build does.</summary>
    New,
}

/// <summary>Two listings, method by method.</summary>
internal sealed partial class ListingComparison
{
    private readonly List<(CompiledMethod? Before, CompiledMethod? After)> _pairs = [];
    private readonly Dictionary<string, string> _newNames = [];

    /// <summary>Words of names that others have taken the place of: a class, a method, a generic argument.</summary>
    private readonly HashSet<(string Old, string New)> _newWords = [];

    internal ListingComparison(Dictionary<string, CompiledMethod> before, Dictionary<string, CompiledMethod> after)
    {
        foreach (CompiledMethod method in before.Values)
        {
            if (after.TryGetValue(method.Name, out CompiledMethod? same)) Pair(method, same);
        }

        List<CompiledMethod> gone = [.. before.Values.Where(method => !after.ContainsKey(method.Name))];
        List<CompiledMethod> added = [.. after.Values.Where(method => !before.ContainsKey(method.Name))];
        PairByCode(gone, added);
        PairByWords(gone, added);
        foreach (CompiledMethod method in gone) _pairs.Add((method, null));
        foreach (CompiledMethod method in added) _pairs.Add((null, method));
    }

    /// <summary>All methods, those of one side alone too.</summary>
    internal IEnumerable<(CompiledMethod? Before, CompiledMethod? After, Fate Fate)> Results =>
        _pairs.Select(pair => (pair.Before, pair.After, FateOf(pair.Before, pair.After)));

    private void Pair(CompiledMethod before, CompiledMethod after)
    {
        _pairs.Add((before, after));
        _newNames[before.Name] = after.Name;
        (string[] old, string[] renamed) = (WordsOf(before.Name), WordsOf(after.Name));
        if (old.Length == renamed.Length) _newWords.UnionWith(old.Zip(renamed));
    }

    private Fate FateOf(CompiledMethod? before, CompiledMethod? after)
    {
        if (before is null) return Fate.New;
        if (after is null) return Fate.Gone;
        if (before.Masked != after.Masked) return Fate.Differs;
        if (!before.Body.Zip(after.Body).All(lines => CallSame(lines.First, lines.Second))) return Fate.CallsOthers;
        return before.Original == after.Original ? Fate.Same : Fate.Renamed;
    }

    /// <summary>
    /// Whether lines that differ by no more than the method they call mean the same one. Of instantiations that were never called no code
    /// is known: there it is enough that the words of other names were renamed so.
    /// </summary>
    private bool CallSame(string before, string after)
    {
        if (before == after) return true;
        if (Listing.Target(before) is not { } old || Listing.Target(after) is not { } renamed) return false;
        return _newNames.TryGetValue(old, out string? known) ? known == renamed : IsSameName(old, renamed);
    }

    private bool IsSameName(string before, string after)
    {
        (string[] old, string[] renamed) = (WordsOf(before), WordsOf(after));
        return old.Length == renamed.Length && old.Zip(renamed).All(IsSameWord);
    }

    private bool IsSameWord((string Old, string New) words) => words.Old == words.New || _newWords.Contains(words);

    /// <summary>
    /// Pairs methods without a namesake by their code, and takes them out of the lists. Where only one has such code there is no doubt;
    /// these come first and show what was renamed. Of others the most similar names belong together.
    /// </summary>
    private void PairByCode(List<CompiledMethod> before, List<CompiledMethod> after)
    {
        ILookup<string, CompiledMethod> candidates = after.ToLookup(method => method.Masked);
        List<(CompiledMethod[] Old, CompiledMethod[] Renamed)> groups =
            [.. before.GroupBy(method => method.Masked).Select(group => (group.ToArray(), candidates[group.Key].ToArray()))];
        HashSet<CompiledMethod> taken = new(ReferenceEqualityComparer.Instance);
        foreach ((CompiledMethod[] olds, CompiledMethod[] news) in groups.OrderBy(group => group.Old.Length * group.Renamed.Length))
        {
            var byLikeness =
                from old in olds
                from renamed in news
                orderby Likeness(old.Name, renamed.Name) descending
                select (old, renamed);
            foreach ((CompiledMethod old, CompiledMethod renamed) in byLikeness.ToArray())
            {
                if (taken.Contains(old) || taken.Contains(renamed)) continue;
                taken.UnionWith([old, renamed]);
                Pair(old, renamed);
            }
        }

        before.RemoveAll(taken.Contains);
        after.RemoveAll(taken.Contains);
    }

    /// <summary>Of the rest those whose new name follows from what was renamed elsewhere: they have other code.</summary>
    private void PairByWords(List<CompiledMethod> before, List<CompiledMethod> after)
    {
        foreach (CompiledMethod old in before.ToArray())
        {
            if (after.Find(renamed => IsSameName(old.Name, renamed.Name)) is not { } renamed) continue;
            before.Remove(old);
            after.Remove(renamed);
            Pair(old, renamed);
        }
    }

    /// <summary>How many words both names have, and in the same places: the generic arguments tell instantiations apart.</summary>
    private double Likeness(string one, string other)
    {
        string[] words = WordsOf(one), others = WordsOf(other);
        List<string> rest = [.. others];
        return (words.Zip(others).Count(IsSameWord) + words.Count(rest.Remove)) / (double)Math.Max(words.Length, others.Length);
    }

    private static string[] WordsOf(string name) => [.. Words().Matches(name).Select(word => word.Value)];

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
