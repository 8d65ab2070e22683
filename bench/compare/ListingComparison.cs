using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>What became of a method.</summary>
internal enum Fate
{
    /// <summary>The same name and the same code.</summary>
    Same,

    /// <summary>The same code under another name.</summary>
    Renamed,

    /// <summary>The same instructions, but they call a method of another name, of which nothing shows that it is the old one renamed.</summary>
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
    private readonly HashSet<(string Old, string New)> _newStems = [];

    internal ListingComparison(Dictionary<string, CompiledMethod> before, Dictionary<string, CompiledMethod> after)
    {
        foreach (CompiledMethod method in before.Values)
        {
            if (after.TryGetValue(method.Name, out CompiledMethod? same)) _pairs.Add((method, same));
        }

        PairByCode(
            [.. before.Values.Where(method => !after.ContainsKey(method.Name))],
            [.. after.Values.Where(method => !before.ContainsKey(method.Name))]);
        foreach ((CompiledMethod? old, CompiledMethod? renamed) in _pairs)
        {
            if (old is null || renamed is null) continue;
            _newNames[old.Name] = renamed.Name;
            _newStems.Add((Listing.Stem(old.Name), Listing.Stem(renamed.Name)));
        }
    }

    /// <summary>All methods, those of one side alone too.</summary>
    internal IEnumerable<(CompiledMethod? Before, CompiledMethod? After, Fate Fate)> Results =>
        _pairs.Select(pair => (pair.Before, pair.After, FateOf(pair.Before, pair.After)));

    private Fate FateOf(CompiledMethod? before, CompiledMethod? after)
    {
        if (before is null) return Fate.New;
        if (after is null) return Fate.Gone;
        if (before.Masked != after.Masked) return Fate.Differs;
        return !before.Body.Zip(after.Body).All(lines => CallSame(lines.First, lines.Second)) ? Fate.CallsOthers : before.Original == after.Original ? Fate.Same : Fate.Renamed;
    }

    /// <summary>
    /// Whether lines that differ by no more than the method they call mean the same one. Of instantiations that were never called no code is known: there it
    /// is enough that others of the method were renamed so.
    /// </summary>
    private bool CallSame(string before, string after)
    {
        if (before == after) return true;
        if (Listing.Target(before) is not { } old || Listing.Target(after) is not { } renamed) return false;
        if (_newNames.TryGetValue(old, out string? known)) return known == renamed;
        (string oldStem, string newStem) = (Listing.Stem(old), Listing.Stem(renamed));
        return _newStems.Contains((oldStem, newStem)) && old.Replace(oldStem, newStem) == renamed;
    }

    /// <summary>Methods without a namesake: of those with the same instructions the most similar names belong together.</summary>
    private void PairByCode(List<CompiledMethod> before, List<CompiledMethod> after)
    {
        ILookup<string, CompiledMethod> candidates = after.ToLookup(method => method.Masked);
        HashSet<CompiledMethod> taken = new(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<string, CompiledMethod> group in before.GroupBy(method => method.Masked))
        {
            foreach ((CompiledMethod old, CompiledMethod renamed, _) in (
                from old in @group
                from renamed in candidates[@group.Key]
                select (old, renamed, likeness: Likeness(old.Name, renamed.Name))).OrderByDescending(pair => pair.likeness))
            {
                if (taken.Contains(old) || taken.Contains(renamed)) continue;
                taken.Add(old);
                taken.Add(renamed);
                _pairs.Add((old, renamed));
            }
        }

        foreach (CompiledMethod gone in before.Where(method => !taken.Contains(method))) _pairs.Add((gone, null));
        foreach (CompiledMethod added in after.Where(method => !taken.Contains(method))) _pairs.Add((null, added));
    }

    /// <summary>How many words both names have, and in the same places: the generic arguments tell instantiations apart.</summary>
    private static double Likeness(string one, string other)
    {
        string[] words = [.. Words().Matches(one).Select(word => word.Value)];
        List<string> rest = [.. Words().Matches(other).Select(word => word.Value)];
        double most = Math.Max(words.Length, rest.Count);
        int inPlace = words.Zip(rest).Count(pair => pair.First == pair.Second);
        return (inPlace + words.Count(rest.Remove)) / most;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
