using System.Text.RegularExpressions;

namespace FastNN.Bench.Compare;

/// <summary>A method as the JIT compiled it, without what differs between two runs and two namespaces.</summary>
/// <param name="Original">Its name in the listing, without namespaces: class, generic arguments, parameters.</param>
/// <param name="Name">The same with the given renames done.</param>
/// <param name="Body">Labels, instructions and constants.</param>
internal sealed record CompiledMethod(string Original, string Name, string[] Body)
{
    /// <summary>The instructions alone, whatever the names of what they call.</summary>
    internal string Masked { get; } = string.Join(
        '\n', Body.Select(line => Listing.Target(line) is { } target ? line.Replace(target, "*") : line));
}

/// <summary>What DOTNET_JitDisasm writes, by DOTNET_JitDisasmDiffable: addresses are all the same there.</summary>
internal static partial class Listing
{
    /// <summary>The methods of FastNN in the file, by name. Of generic methods each instantiation is one.</summary>
    internal static Dictionary<string, CompiledMethod> Read(string file, IReadOnlyList<(Regex Old, string New)> renames)
    {
        Dictionary<string, CompiledMethod> methods = [];
        string? name = null;
        List<string> body = [];
        foreach (string line in File.ReadLines(file).Append("; Assembly listing for method ()"))
        {
            if (Header().Match(line) is { Success: true } header)
            {
                if (name is not null) Add(name, [.. body]);
                string full = header.Groups[1].Value;
                name = full.StartsWith("FastNN.", StringComparison.Ordinal) && !full.StartsWith("FastNN.Bench.", StringComparison.Ordinal)
                    ? WithoutNamespaces(full)
                    : null;
                body.Clear();
            }
            else if (name is not null && Normalise(line) is { Length: > 0 } code)
            {
                body.Add(code);
            }
        }

        return methods;

        void Add(string original, string[] lines)
        {
            string renamed = Rename(original), key = renamed;
            for (int copy = 2; methods.ContainsKey(key); copy++) key = $"{renamed} #{copy}"; // compiled more than once
            methods.Add(key, new CompiledMethod(original, key, renames.Count == 0 ? lines : [.. lines.Select(Rename)]));
        }

        string Rename(string text) => renames.Aggregate(text, (current, rename) => rename.Old.Replace(current, rename.New));
    }

    /// <summary>
    /// A line of the file is the old name, a space and the new one: <c>TileProduct Product</c> or <c>TileProduct:Forward Product:Sums</c>.
    /// </summary>
    internal static List<(Regex Old, string New)> ReadRenames(string? file)
    {
        List<(Regex, string)> renames = [];
        foreach (string line in file is null ? [] : File.ReadLines(file))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var old, var renamed])
                renames.Add((new Regex($@"(?<!\w){Regex.Escape(old)}(?!\w)"), renamed.Replace("$", "$$")));
        }

        return renames;
    }

    /// <summary>Class and method without generic arguments and parameters; not of classes within generic ones.</summary>
    internal static string Stem(string name) => BeforeArguments().Match(name).Value;

    /// <summary>The method that a line calls or jumps to by name; null for other lines.</summary>
    internal static string? Target(string line) =>
        line.Contains(':') && Call().Match(line) is { Success: true } call ? call.Groups[1].Value : null;

    private static string Normalise(string line)
    {
        int comment = line.IndexOf(';');
        return WithoutNamespaces((comment < 0 ? line : line[..comment]).Trim());
    }

    private static string WithoutNamespaces(string text) => text.Contains('.') ? Namespace().Replace(text, "") : text;

    [GeneratedRegex(@"^; Assembly listing for method (.*?) ?\([\w\- ,]*\)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"^[\w+]+(?::[^\[(]+)?")]
    private static partial Regex BeforeArguments();

    [GeneratedRegex(@"(?<![\w.])(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_<])")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(?:call|jmp)\s+(?:\[[a-z0-9]+(?:\+0x[0-9A-F]+)?\])?\[?([A-Za-z_<][^:]*:.*?)\]?$")]
    private static partial Regex Call();
}
