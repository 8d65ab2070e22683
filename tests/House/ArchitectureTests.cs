using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// The folders of src/FastNN depend on each other in one direction. The compiler knows what each name means and which file declares it.
/// </summary>
public class ArchitectureTests
{
    /// <summary>A folder may use the folders before it. The root holds the public types and may use all folders.</summary>
    private static readonly string[] s_order =
    [
        "Plumbing", "Hardware", "Simd", "Contract", "Activations", "Costs", "Reference", "Kernels/Tuning", "Kernels/Spans",
        "Kernels/Sample", "Kernels/Batch", "Kernels/Members", "Dispatch", "Passes", "Training/Optimizers", "Training/Fit", "Training",
        "Ensembles", "Files", Root,
    ];

    /// <summary>The public types of the root that every folder may use: values and recipes.</summary>
    private static readonly string[] s_vocabulary =
    [
        "Activation", "Cost", "Initializer", "KernelVariant", "LearningRateSchedule", "ModelFormatException", "Optimizer", "OptimizerState",
        "Reduction", "Standardizer",
    ];

    /// <summary>The folders that may use the root's other types, too: Network, Trainer, Kernels and so on.</summary>
    private static readonly string[] s_users =
    [
        "Training/Optimizers", "Training/Fit", "Training", "Ensembles", "Files", Root,
    ];

    private const string Root = "";

    private static readonly string s_rule =
        $"A folder of src/FastNN uses only the folders before it: {string.Join(", ", s_order[..^1])}. The root is last and may use all. "
        + "Reference and Kernels never use each other. "
        + $"Every folder may use these types of the root: {string.Join(", ", s_vocabulary)}. "
        + "Training, Ensembles and Files may use the others, too.";

    private static readonly CSharpCompilation s_sources = Sources.Core;

    [Fact]
    public void The_sources_compile()
    {
        // A name that does not compile has no meaning, so the other tests would not see it. A generator writes the other part of imports.
        const string otherPartIsMissing = "CS8795";
        Assert.Empty(s_sources.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != otherPartIsMissing));
    }

    [Fact]
    public void Every_folder_has_its_place_in_the_order()
    {
        IEnumerable<string> folders = s_sources.SyntaxTrees.Select(tree => Sources.FolderOf(tree.FilePath)).Distinct();
        Assert.Empty(folders.Except(s_order));
        Assert.All(s_vocabulary, name => Assert.NotNull(s_sources.GetTypeByMetadataName($"FastNN.{name}")));
    }

    [Fact]
    public void Folders_use_only_those_before_them()
    {
        var found = new Dictionary<string, string>();
        foreach (SyntaxTree tree in s_sources.SyntaxTrees)
        {
            // The types come first. If a type of a folder is reported, the folder's namespace need not be.
            var folders = new HashSet<string>();
            foreach ((SyntaxNode node, string target, string folder) in UsesIn(tree).OrderBy(use => IsNamespace(use.Target)))
            {
                if (IsAllowed(Sources.FolderOf(tree.FilePath), folder, target) || !folders.Add(folder) && IsNamespace(target)) continue;

                int line = tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;
                string from = folder == Root ? "the root" : folder;
                found.TryAdd($"{tree.FilePath} uses {target} of {from}", $"first in line {line}");
            }
        }

        Findings.AssertNone(found, s_rule);
    }

    [Fact]
    public void Public_types_are_at_the_root_of_the_namespace_and_only_they_at_the_root_of_the_folder()
    {
        var found = new Dictionary<string, string>();
        foreach (SyntaxTree tree in s_sources.SyntaxTrees)
        {
            string file = tree.FilePath, folder = Sources.FolderOf(file);
            SemanticModel model = Sources.MeaningOf(tree);
            INamedTypeSymbol[] types = [.. tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>()
                .Where(node => node.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax)
                .Select(node => model.GetDeclaredSymbol(node)).OfType<INamedTypeSymbol>()];
            bool isPublic = types.Any(type => type.DeclaredAccessibility == Accessibility.Public);
            string expected = isPublic || folder == Root ? "FastNN" : $"FastNN.{folder[(folder.LastIndexOf('/') + 1)..]}";

            foreach (INamedTypeSymbol type in types)
            {
                string name = type.ContainingNamespace.ToDisplayString();
                if (name != expected) found.Add($"{file}: {type.Name} is in {name}", $"expected {expected}");
                if (folder == Root && type.DeclaredAccessibility != Accessibility.Public)
                    found.Add($"{file}: {type.Name} is internal at the root", "move it into a folder");
            }
        }

        Findings.AssertNone(
            found,
            "The root of src/FastNN holds public types only. "
            + "A file with a public type is in the namespace FastNN. Every other file is in FastNN.<its folder>.");
    }

    private static bool IsAllowed(string user, string used, string target)
    {
        if (IsKernels(user) && used == "Reference" || user == "Reference" && IsKernels(used)) return false;
        if (used == Root) return s_vocabulary.Contains(target) || s_users.Contains(user);

        return Array.IndexOf(s_order, used) <= Array.IndexOf(s_order, user);
    }

    private static bool IsNamespace(string target) => target.Contains('.');

    private static bool IsKernels(string folder) => folder.StartsWith("Kernels/", StringComparison.Ordinal);

    /// <summary>
    /// The names and operators in a file whose meaning src/FastNN declares. Each comes with its outermost type or its namespace, and with
    /// the folder of that.
    /// </summary>
    private static IEnumerable<(SyntaxNode Node, string Target, string Folder)> UsesIn(SyntaxTree tree)
    {
        SemanticModel model = Sources.MeaningOf(tree);
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
        {
            if (node is not (ExpressionSyntax or ConstructorInitializerSyntax)) continue;

            SymbolInfo meaning = model.GetSymbolInfo(node);
            ISymbol?[] meanings =
            [
                meaning.Symbol ?? meaning.CandidateSymbols.FirstOrDefault(), // nameof may have several candidates
                node is ExpressionSyntax value ? model.GetConversion(value).MethodSymbol : null,
            ];
            foreach (ISymbol symbol in meanings.OfType<ISymbol>())
            {
                if (symbol is INamespaceSymbol space)
                {
                    if (node.FirstAncestorOrSelf<UsingDirectiveSyntax>() is not null && FolderOf(space) is { } named)
                        yield return (node, $"{space}", named);
                }
                else if (OutermostType(symbol) is { } type && FileOf(symbol, type) is { } file)
                {
                    yield return (node, type.Name, Sources.FolderOf(file));
                }
            }
        }
    }

    /// <summary>The folder whose files are in the namespace.</summary>
    private static string? FolderOf(INamespaceSymbol space) =>
        s_order.FirstOrDefault(folder => folder != Root && $"{space}" == $"FastNN.{folder[(folder.LastIndexOf('/') + 1)..]}");

    private static INamedTypeSymbol? OutermostType(ISymbol symbol)
    {
        INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is { } outer) type = outer;
        return type;
    }

    /// <summary>
    /// The file that declares a member. If a type has several parts, the part nearest to the root counts.
    /// </summary>
    private static string? FileOf(ISymbol symbol, INamedTypeSymbol outermost)
    {
        SyntaxReference[] declared = [.. symbol.OriginalDefinition.DeclaringSyntaxReferences];
        if (declared.Length == 0) declared = [.. outermost.OriginalDefinition.DeclaringSyntaxReferences];
        return declared.Select(reference => reference.SyntaxTree.FilePath).MinBy(file => file.Count(letter => letter == '/'));
    }
}
