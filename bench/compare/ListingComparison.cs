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

    internal ListingComparison(Dictionary<string, CompiledMethod> before, Dictionary<string, CompiledMethod> after)
    {
        foreach (CompiledMethod method in before.Values)
        {
            if (after.TryGetValue(method.Name, out CompiledMethod? same)) _pairs.Add((method, same));
        }

        PairByCode(
            [.. before.Values.Where(method => !after.ContainsKey(method.Name))], [.. after.Values.Where(method => !before.ContainsKey(method.Name))]);
        foreach ((CompiledMethod? old, CompiledMethod? renamed) in _pairs)
        {
            if (old is not null && renamed is not null) _newNames[old.Name] = renamed.Name;
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
        bool callsSame = before.Body.Zip(after.Body).All(lines =>
            lines.First == lines.Second || Listing.Target(lines.First) is { } target && _newNames.GetValueOrDefault(target) == Listing.Target(lines.Second));
        return !callsSame ? Fate.CallsOthers : before.Original == after.Original ? Fate.Same : Fate.Renamed;
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

        _pairs.AddRange(before.Where(method => !taken.Contains(method)).Select(method => ((CompiledMethod?)method, (CompiledMethod?)null)));
        _pairs.AddRange(after.Where(method => !taken.Contains(method)).Select(method => ((CompiledMethod?)null, (CompiledMethod?)method)));
    }

    /// <summary>The part of the words that both names have: the generic arguments tell instantiations apart.</summary>
    private static double Likeness(string one, string other)
    {
        string[] words = [.. Words().Matches(one).Select(word => word.Value)];
        List<string> rest = [.. Words().Matches(other).Select(word => word.Value)];
        double most = Math.Max(words.Length, rest.Count);
        return words.Count(rest.Remove) / most;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
