using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>The form of every C# file: its lines and its methods fit on a screen.</summary>
public class FormTests
{
    private const int MostColumns = 140, MostLines = 40;

    private static readonly string[] s_trees = ["src", "bench", "tests"];

    /// <summary>What may have longer lines: a file, or a folder with all below it.</summary>
    private static readonly string[] s_wide =
    [
        "tests/Contract/CommittedBitsTests.cs", // no byte of it changes, so that it proves that the bits have not changed
    ];

    /// <summary>
    /// What may have longer methods: a method, or a folder with all below it. All methods here are kernels and have the same reason. The
    /// sums of a block are locals, because the JIT then keeps them in registers. It does so only if one method declares them, runs the loop
    /// and writes the results. The comments say which sums these are.
    /// </summary>
    private static readonly string[] s_long =
    [
        "src/FastNN/Kernels/Batch/BatchGradient.cs: Sum", // R rows by N vectors, and their rest
        "src/FastNN/Kernels/Batch/RowGemm.cs: Sum", // R samples by N vectors
        "src/FastNN/Kernels/Batch/TileGemm.cs: Sum", // R rows by N vectors of samples
        "src/FastNN/Kernels/Batch/TileNarrowPairs.cs: Sum", // two chains for each of R rows
        "src/FastNN/Kernels/Sample/DenseBackward.cs: ActAndSum", // R rows by vectors of outputs
        "src/FastNN/Kernels/Sample/DenseForward.cs: AddRows", // six inputs by vectors of outputs
        "src/FastNN/Kernels/Sample/DenseForward.cs: FourChains", // four chains for each of N vectors
        "src/FastNN/Kernels/Sample/Softmax.cs: Powers", // three sums in one loop
    ];

    private static readonly (string File, SyntaxTree Tree)[] s_files =
        [.. from tree in s_trees from file in Sources.Below(tree) select ($"{tree}/{file.FilePath}", file)];

    [Fact]
    public void No_line_is_too_long()
    {
        var found = new Dictionary<string, string>();
        foreach ((string file, SyntaxTree tree) in s_files)
        {
            TextLineCollection lines = tree.GetText(TestContext.Current.CancellationToken).Lines;
            foreach (TextLine line in lines.Where(line => line.Span.Length > MostColumns))
                found.TryAdd(ExceptionOrPlace(s_wide, $"{file}:{line.LineNumber + 1}"), $"{line.Span.Length} columns");
        }

        Findings.AssertOnly(s_wide, found, $"A line has at most {MostColumns} columns.");
    }

    [Fact]
    public void No_method_is_too_long()
    {
        var found = new Dictionary<string, string>();
        foreach ((string file, SyntaxTree tree) in s_files)
        {
            foreach (SyntaxNode node in tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes())
            {
                if (NameOf(node) is { } name && LinesOf(node) is > MostLines and var lines)
                    found.TryAdd(ExceptionOrPlace(s_long, $"{file}: {name}"), $"{lines} lines");
            }
        }

        Findings.AssertOnly(
            s_long, found, $"A method, constructor, local function or accessor has at most {MostLines} lines.");
    }

    /// <summary>The closest exception that a place is in or is itself. If there is none, the place itself.</summary>
    private static string ExceptionOrPlace(string[] exceptions, string place) =>
        exceptions.Where(exception => place == exception || place.StartsWith(exception, StringComparison.Ordinal)
            && place[exception.Length] is '/' or ':').MaxBy(exception => exception.Length) ?? place;

    /// <summary>The name of a node that has a body. It is null for other nodes.</summary>
    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        OperatorDeclarationSyntax op => $"operator {op.OperatorToken.Text}",
        BaseMethodDeclarationSyntax other => other.Kind().ToString(),
        AccessorDeclarationSyntax accessor =>
            $"{accessor.Keyword.Text} of {(accessor.Parent?.Parent as PropertyDeclarationSyntax)?.Identifier.Text}",
        PropertyDeclarationSyntax { ExpressionBody: not null } property => property.Identifier.Text,
        _ => null,
    };

    /// <summary>Counts from the first line of the signature to the end of the body. Attributes do not count.</summary>
    private static int LinesOf(SyntaxNode node)
    {
        SyntaxToken start =
            node.ChildNodesAndTokens().SkipWhile(child => child.IsKind(SyntaxKind.AttributeList)).Select(FirstToken).First();
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(TextSpan.FromBounds(start.SpanStart, node.Span.End));
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static SyntaxToken FirstToken(SyntaxNodeOrToken child) => child.IsToken ? child.AsToken() : child.AsNode()!.GetFirstToken();
}
