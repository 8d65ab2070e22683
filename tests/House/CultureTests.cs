using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>Texts of the library are the same in every culture. A decimal comma would make two numbers of one.</summary>
public class CultureTests
{
    [Fact]
    public void Texts_with_floats_are_in_the_invariant_culture()
    {
        var found = new Dictionary<string, string>();
        foreach (SyntaxTree tree in Sources.Core.SyntaxTrees)
        {
            SemanticModel model = Sources.MeaningOf(tree);
            foreach (InterpolationSyntax hole in tree.GetRoot().DescendantNodes().OfType<InterpolationSyntax>())
            {
                if (!IsFloat(model.GetTypeInfo(hole.Expression).Type) || IsInvariant(hole, model)) continue;

                int line = tree.GetLineSpan(hole.Span).StartLinePosition.Line + 1;
                found.Add($"{tree.FilePath}:{line}, {hole}", "write FormattableString.Invariant($\"…\")");
            }
        }

        Findings.AssertNone(found, "A text that has a float of the library is written in the invariant culture.");
    }

    private static bool IsFloat(ITypeSymbol? type) => type switch
    {
        { SpecialType: SpecialType.System_Single or SpecialType.System_Double } => true,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } maybe => IsFloat(maybe.TypeArguments[0]),
        _ => false,
    };

    /// <summary>Whether it is a FormattableString, to which a text is given by Invariant.</summary>
    private static bool IsInvariant(InterpolationSyntax hole, SemanticModel model) =>
        model.GetTypeInfo(hole.Parent!).ConvertedType?.Name == nameof(FormattableString);
}
