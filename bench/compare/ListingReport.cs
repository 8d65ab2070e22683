using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>What two listings have in common, on the screen and in files.</summary>
internal static partial class ListingReport
{
    /// <summary>
    /// Prints what differs, and writes the code of each such method to before/ and after/ in the folder, for diff. Returns 0 if there is no
    /// difference, else 1.
    /// </summary>
    internal static int Run(string before, string after, string folder, string? renames, bool kernelsOnly)
    {
        var comparison = new ListingComparison(
            Listing.Read(before, Listing.ReadRenames(renames)), Listing.Read(after, []));
        ILookup<Fate, (CompiledMethod? Before, CompiledMethod? After, Fate Fate)> results = comparison.Results
            .Where(result => !kernelsOnly || IsKernel(result.Before) || IsKernel(result.After)).ToLookup(result => result.Fate);

        foreach ((CompiledMethod? old, CompiledMethod? renamed, _) in results[Fate.Renamed])
            Console.WriteLine($"renamed  {old!.Original} -> {renamed!.Original}");
        foreach ((CompiledMethod? old, _, _) in results[Fate.Gone]) Console.WriteLine($"gone     {old!.Original}");
        foreach ((_, CompiledMethod? added, _) in results[Fate.New]) Console.WriteLine($"new      {added!.Original}");
        int number = 0;
        foreach ((CompiledMethod? old, CompiledMethod? changed, Fate fate) in results[Fate.CallsOthers].Concat(results[Fate.Differs]))
        {
            string name = $"{++number:D4}-{Unsuitable().Replace(Listing.Stem(changed!.Name), "_")}.asm";
            Write(Path.Combine(folder, "before"), name, old!);
            Write(Path.Combine(folder, "after"), name, changed);
            Console.WriteLine($"{(fate == Fate.Differs ? "differs " : "calls   ")} {changed.Original}  ({name})");
        }

        int Count(Fate fate) => results[fate].Count();
        Console.WriteLine(
            $"{(kernelsOnly ? "kernels: " : "")}{Count(Fate.Same)} the same, {Count(Fate.Renamed)} the same under other names, "
            + $"{Count(Fate.CallsOthers)} the same but for what they call, {Count(Fate.Differs)} differ, "
            + $"{Count(Fate.Gone)} gone, {Count(Fate.New)} new");
        return Count(Fate.CallsOthers) + Count(Fate.Differs) + Count(Fate.Gone) + Count(Fate.New) == 0 ? 0 : 1;
    }

    private static void Write(string folder, string name, CompiledMethod method)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, name), [$"; {method.Name}", .. method.Body]);
    }

    private static bool IsKernel(CompiledMethod? method) =>
        method is not null && (Kernel().IsMatch(method.Name) || Kernel().IsMatch(method.Original));

    /// <summary>The classes of the kernels; a new class of kernels belongs here.</summary>
    [GeneratedRegex(
        "^(Dense|Row|Tile"
        + "|(BatchGradient|Gram|ActivationSpan|Softmax|Transpose|SumOfSquares|SegmentSum"
        + @"|ParameterUpdate|MultiplySlopes|GradientDescent|OutputDelta|WeightedCost|Weigh)\b)")]
    private static partial Regex Kernel();

    [GeneratedRegex(@"[^\w.]+")]
    private static partial Regex Unsuitable();
}
