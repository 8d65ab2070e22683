using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// The bits of src/FastNN depend on nothing that .NET, the C library or the processor may choose. So it computes with operations that IEEE
/// 754 fixes, and with moves of bits. It adds in its own order.
/// </summary>
public class ArithmeticTests
{
    private const string Intrinsics = "System.Runtime.Intrinsics";

    /// <summary>
    /// What src/FastNN may use of the types that compute with floats. Not here: functions of the C library, such as Math.Exp; estimates of
    /// the processor, such as Sse.Reciprocal; and sums whose order .NET chooses, such as Vector128.Dot.
    /// </summary>
    private static readonly string[] s_fixed =
    [
        // Exact, or rounded once.
        "Math.Abs", "Math.Clamp", "Math.CopySign", "Math.FusedMultiplyAdd", "Math.Max", "Math.Min", "Math.Sqrt",
        "Vector.Abs", "Vector.CopySign", "Vector.FusedMultiplyAdd", "Vector.Sqrt",
        "Arm.AddPairwise", "Arm.FusedMultiplyAddBySelectedScalar", "Arm.FusedMultiplySubtract",
        "X86.FusedMultiplyAddNegated", "X86.Max", "X86.Min", "X86.MultiplyAddNegated",

        // They compare, convert without a choice, or move bits.
        "Double.IsFinite", "Double.IsInfinity", "Single.IsFinite", "Single.IsNaN", "Single.IsPositiveInfinity",
        "Vector.AsByte", "Vector.AsDouble", "Vector.AsInt32", "Vector.AsInt64", "Vector.AsSingle", "Vector.AsUInt32",
        "Vector.ConditionalSelect", "Vector.Count",
        "Vector.Create", "Vector.CreateScalar", "Vector.CreateScalarUnsafe",
        "Vector.ExtractMostSignificantBits", "Vector.GetLower", "Vector.GetUpper", "Vector.GreaterThan", "Vector.Indices",
        "Vector.IsHardwareAccelerated", "Vector.LessThan", "Vector.Load", "Vector.Narrow", "Vector.One", "Vector.ShiftLeft",
        "Vector.ShiftRightLogical", "Vector.Shuffle", "Vector.Store", "Vector.ToScalar", "Vector.ToVector256Unsafe",
        "Vector.ToVector512Unsafe", "Vector.WidenLower", "Vector.WidenUpper", "Vector.WithElement", "Vector.WithUpper", "Vector.Zero",
        "Arm.DuplicateSelectedScalarToVector128", "Arm.IsSupported", "Arm.VectorTableLookup", "Arm.ZipHigh", "Arm.ZipLow",
        "X86.BlendVariable", "X86.CpuId", "X86.IsSupported", "X86.MaskLoad", "X86.MoveHighToLow", "X86.MoveLowToHigh",
        "X86.Permute2x128", "X86.PermuteVar16x32", "X86.PermuteVar8x32", "X86.PermuteVar8x32x2", "X86.Prefetch0", "X86.Shuffle",
        "X86.Shuffle4x128", "X86.UnpackHigh", "X86.UnpackLow",
    ];

    private static readonly string[] s_exceptions =
    [
        // The exact formulas in double precision. Only tests use them, within a bound: see the other test.
        "Activations/Clip.cs: Exact uses Double.IsNaN",
        "Activations/Elu.cs: Exact uses Math.Exp",
        "Activations/Elu.cs: Exact uses Math.Tanh",
        "Activations/Elu.cs: ExactSlope uses Math.Exp",
        "Activations/Gelu.cs: Distribution uses Math.Exp",
        "Activations/Gelu.cs: ExactSlope uses Math.Exp",
        "Activations/GeluTanh.cs: Exact uses Math.Exp",
        "Activations/GeluTanh.cs: ExactSlope uses Math.Exp",
        "Activations/Mish.cs: Exact uses Math.Exp",
        "Activations/Mish.cs: ExactSlope uses Math.Exp",
        "Activations/NaturalExponential.cs: Exact uses Math.Exp",
        "Activations/NaturalExponential.cs: ExactSlope uses Math.Exp",
        "Activations/Sigmoid.cs: Exact uses Math.Exp",
        "Activations/Silu.cs: Exact uses Math.Exp",
        "Activations/Silu.cs: ExactSlope uses Math.Exp",
        "Activations/Softplus.cs: Exact uses Math.Exp",
        "Activations/Softplus.cs: ExactSlope uses Math.Exp",
        "Activations/Softplus.cs: LogOnePlus uses Math.Log",
        "Activations/Softsign.cs: Exact uses Math.Sign",
        "Activations/Tanh.cs: Exact uses Math.Tanh",
        "Activations/Tanh.cs: ExactSlope uses Math.Cosh",

        // Integers.
        "Simd/Simd128.cs: LoadFirst uses Vector.Sum",
        "Simd/Simd128.cs: Lookup16 uses Arm.MultiplyAdd",

        // Numbers in the metadata of files. .NET parses as IEEE 754 asks: it rounds the decimal number once.
        // It writes the shortest number that becomes the same float again.
        "Activation.cs: NameOf uses Single.ToString",
        "Files/ActivationNames.cs: Create uses Single.TryParse",
        "Files/SafetensorsMetadata.cs: Number uses INumberBase.TryParse",
    ];

    private static readonly CSharpCompilation s_sources = Sources.Core;

    private static readonly Lazy<(SyntaxNode Node, ISymbol Symbol)[]> s_uses = new(FindUses);

    [Fact]
    public void Only_operations_with_fixed_bits_compute()
    {
        var found = new Dictionary<string, string>();
        foreach ((SyntaxNode node, ISymbol symbol) in s_uses.Value)
        {
            if (ComputingName(symbol) is { } name && !s_fixed.Contains(name)) Add(node, name);
        }

        foreach (SyntaxNode root in s_sources.SyntaxTrees.Select(tree => tree.GetRoot()))
        {
            foreach (SyntaxToken token in root.DescendantTokens().Where(token => token.Text is "decimal" or nameof(Decimal)))
                Add(token.Parent!, "decimal");
        }

        Findings.AssertOnly(
            s_exceptions,
            found,
            "src/FastNN computes with operations that IEEE 754 fixes, and adds in its own order. "
            + "Add an operation to the list of this test only if it has the same bits in every version of .NET and on every processor.");

        void Add(SyntaxNode node, string name) => found.TryAdd($"{node.SyntaxTree.FilePath}: {MemberOf(node)} uses {name}", Place(node));
    }

    [Fact]
    public void Only_tests_use_the_exact_formulas()
    {
        var found = new Dictionary<string, string>();
        foreach ((SyntaxNode node, ISymbol symbol) in s_uses.Value)
        {
            if (symbol is IMethodSymbol { Name: "Exact" or "ExactSlope" })
                found.TryAdd($"{node.SyntaxTree.FilePath}: {MemberOf(node)} uses {symbol.Name}", Place(node));
        }

        string[] handedOn =
        [
            "Activation.cs: Exact uses Exact", "Activation.cs: ExactSlope uses ExactSlope", "Activations/Sigmoid.cs: ExactSlope uses Exact",
        ];
        Findings.AssertOnly(handedOn, found, "The exact formulas use the C library, so no result may depend on them.");
    }

    /// <summary>
    /// The name of a member of a type that computes with floats, as in the list above; null for all other members. Vectors of all widths
    /// have one name, and so have all instruction sets of a processor. Of LINQ, what returns a float counts, such as its sums.
    /// </summary>
    private static string? ComputingName(ISymbol symbol)
    {
        INamedTypeSymbol type = symbol.ContainingType;
        string? family = ($"{type.ContainingNamespace}", type.Name) switch
        {
            ("System", "Math" or "MathF") => "Math",
            ("System", "Single" or "Double" or "Half" or "Decimal") => type.Name,
            (Intrinsics, _) => "Vector",
            ($"{Intrinsics}.X86", _) => "X86",
            ($"{Intrinsics}.Arm", _) => "Arm",
            ("System.Numerics", "BitOperations") => null,
            ("System.Numerics" or "System.Numerics.Tensors", _) => type.Name,
            ("System.Linq", _) or ("System", "Convert") when symbol is IMethodSymbol method && IsFloat(method.ReturnType) => type.Name,
            _ => null,
        };
        return family is null ? null : $"{family}.{symbol.Name}";

        static bool IsFloat(ITypeSymbol type) => type.SpecialType is SpecialType.System_Single or SpecialType.System_Double;
    }

    /// <summary>The names in all files that mean a method or a property.</summary>
    private static (SyntaxNode Node, ISymbol Symbol)[] FindUses() =>
        [.. s_sources.SyntaxTrees.AsParallel().AsOrdered().SelectMany(UsesIn)];

    private static IEnumerable<(SyntaxNode Node, ISymbol Symbol)> UsesIn(SyntaxTree tree)
    {
        SemanticModel model = Sources.MeaningOf(tree);
        foreach (SimpleNameSyntax node in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (model.GetSymbolInfo(node).Symbol is { Kind: SymbolKind.Method or SymbolKind.Property } symbol) yield return (node, symbol);
        }
    }

    private static string MemberOf(SyntaxNode node) => node.Ancestors().OfType<MemberDeclarationSyntax>().First() switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        TypeDeclarationSyntax type => type.Identifier.Text,
        MemberDeclarationSyntax other => other.Kind().ToString(),
    };

    private static string Place(SyntaxNode node) =>
        $"first in line {node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1}";
}
