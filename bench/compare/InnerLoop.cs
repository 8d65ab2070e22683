using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>A loop of a method without another loop in it, as the JIT wrote it for x64 or for Arm64.</summary>
/// <param name="Instructions">From the label to the jump back.</param>
/// <param name="Products">Of these, fused multiply-adds of vectors.</param>
/// <param name="Stores">Whole vectors that go to memory, but not to the stack.</param>
/// <param name="OnStack">Loads and stores of vectors on the stack: a vector found no register.</param>
/// <param name="Calls">Calls of methods.</param>
internal sealed partial record InnerLoop(int Instructions, int Products, int Stores, int OnStack, int Calls)
{
    /// <summary>All inner loops of a method.</summary>
    internal static IEnumerable<InnerLoop> Of(CompiledMethod method)
    {
        List<string> code = [];
        Dictionary<string, int> labels = [];
        foreach (string line in method.Body)
        {
            if (Label().Match(line) is { Success: true } label) labels[label.Groups[1].Value] = code.Count;
            else if (!NoInstruction().IsMatch(line)) code.Add(line);
        }

        List<(int First, int Last)> loops = [];
        for (int k = 0; k < code.Count; k++)
        {
            if (Jump().Match(code[k]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int first) && first <= k)
                loops.Add((first, k));
        }

        return from loop in loops
               where !loops.Any(other => other != loop && other.First >= loop.First && other.Last <= loop.Last)
               select Count(code[loop.First..(loop.Last + 1)]);
    }

    private static InnerLoop Count(List<string> code) => new(
        code.Count,
        code.Count(line => Product().IsMatch(line)),
        code.Where(line => !Stack().IsMatch(line)).Sum(line => PairStore().IsMatch(line) ? 2 : Store().IsMatch(line) ? 1 : 0),
        code.Count(line => Stack().IsMatch(line)),
        code.Count(line => Call().IsMatch(line)));

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^(align|RWD|d[bdq] )")]
    private static partial Regex NoInstruction();

    [GeneratedRegex(@"^(?:j\w+|b|b\.?[a-z]{2}|cbn?z|tbn?z)\s.*?(G_M\w+)$")]
    private static partial Regex Jump();

    [GeneratedRegex(@"^(vfn?m(add|sub)\d+ps|fml[as]\s+v)")]
    private static partial Regex Product();

    [GeneratedRegex(@"^(vmovu?p?a?ps\s+[xyz]mmword ptr|str\s+q)")]
    private static partial Regex Store();

    [GeneratedRegex(@"^stp\s+q")]
    private static partial Regex PairStore();

    [GeneratedRegex(@"(mmword ptr \[r[sb]p|^(ld|st)[rp]\s+q.*\[(sp|fp))")]
    private static partial Regex Stack();

    [GeneratedRegex(@"^(call|bl|blr)\s")]
    private static partial Regex Call();
}
