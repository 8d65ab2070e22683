using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>The form of every C# file: lines that fit on a screen, and methods that do, too.</summary>
public class FormTests
{
    private const int MostColumns = 140, MostLines = 40;

    private static readonly string[] s_trees = ["src", "bench", "tests"];

    /// <summary>Folders that still have longer lines.</summary>
    private static readonly string[] s_notYetNarrow =
    [
        "bench",
        "bench/Contests",
        "bench/Machine",
        "bench/Results",
        "bench/peers",
        "bench/pictures",
        "bench/probe",
        "src/FastNN/Contract",
        "src/FastNN/Dispatch",
        "src/FastNN/Kernels/Batch",
        "src/FastNN/Kernels/Sample",
        "src/FastNN/Kernels/Spans",
        "src/FastNN/Kernels/Tuning",
        "src/FastNN/Passes",
        "src/FastNN/Reference",
        "src/FastNN/Simd",
        "tests",
        "tests/Contract",
    ];

    /// <summary>Folders that still have longer methods.</summary>
    private static readonly string[] s_notYetShort =
    [
        "bench/Results",
        "bench/peers",
        "src/FastNN/Contract",
        "src/FastNN/Passes",
    ];

    /// <summary>
    /// Methods that are longer for a reason. In the kernels it is the same one: the sums of a block are locals, so that they stay in
    /// registers. The JIT keeps them there only if one method declares them, runs the loop and writes the results.
    /// </summary>
    private static readonly string[] s_longForAReason =
    [
        "src/FastNN/Kernels/Batch/BatchGradient.cs: Block", // R rows by C vectors, and their rest
        "src/FastNN/Kernels/Batch/RowGemm.cs: Block", // R samples by C vectors
        "src/FastNN/Kernels/Batch/TileGemm.cs: Block", // R rows by C tiles
        "src/FastNN/Kernels/Batch/TileNarrowPairs.cs: Block", // two chains for each of R rows
        "src/FastNN/Kernels/Sample/DenseBackward.cs: Columns", // R rows by vectors of columns
        "src/FastNN/Kernels/Sample/DenseForward.cs: FourChains", // four chains for each of N vectors
        "src/FastNN/Kernels/Sample/DenseForward.cs: Panel", // N vectors, the last of them partial
        "src/FastNN/Kernels/Sample/DenseForward.cs: Rows", // six inputs by vectors of outputs
        "src/FastNN/Kernels/Sample/Softmax.cs: Powers", // three sums in one loop
        "src/FastNN/Kernels/Spans/ParameterUpdate.cs: Run", // the factors of a rule, two loops
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
                Add(found, s_notYetNarrow, file, $"{file}:{line.LineNumber + 1}", $"{line.Span.Length} columns");
        }

        KnownList.AssertSame(found, s_notYetNarrow, $"A line has at most {MostColumns} columns.");
    }

    [Fact]
    public void No_method_is_too_long()
    {
        var found = new Dictionary<string, string>();
        foreach ((string file, SyntaxTree tree) in s_files)
        {
            foreach (SyntaxNode node in tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes())
            {
                if (NameOf(node) is not { } name) continue;

                int lines = LinesOf(node);
                string method = $"{file}: {name}";
                if (lines <= MostLines) continue;

                if (s_longForAReason.Contains(method)) found.TryAdd(method, $"{lines} lines");
                else Add(found, s_notYetShort, file, method, $"{lines} lines");
            }
        }

        KnownList.AssertSame(
            found, [.. s_notYetShort, .. s_longForAReason],
            $"A method, constructor, local function or accessor has at most {MostLines} lines.");
    }

    /// <summary>A folder that is not yet so stands for all of its files.</summary>
    private static void Add(Dictionary<string, string> found, string[] notYet, string file, string where, string what)
    {
        string folder = Sources.FolderOf(file);
        found.TryAdd(notYet.Contains(folder) ? folder : where, what);
    }

    /// <summary>The name of what has a body, null for all else.</summary>
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

    /// <summary>From the first line of the signature, after its attributes, to the end of the body.</summary>
    private static int LinesOf(SyntaxNode node)
    {
        SyntaxToken start =
            node.ChildNodesAndTokens().SkipWhile(child => child.IsKind(SyntaxKind.AttributeList)).Select(FirstToken).First();
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(TextSpan.FromBounds(start.SpanStart, node.Span.End));
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static SyntaxToken FirstToken(SyntaxNodeOrToken child) => child.IsToken ? child.AsToken() : child.AsNode()!.GetFirstToken();
}
