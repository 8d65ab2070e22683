using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FastNN.Tests.House;

/// <summary>
/// The documentation files describe all public members and no others. The tests check the files beside them, or the files in the folder
/// that <c>FASTNN_PACKED</c> names. tests/packages/run sets it to a folder with the files from the packages.
/// </summary>
public class PublicDocumentationTests
{
    private static readonly string s_folder = Environment.GetEnvironmentVariable("FASTNN_PACKED") ?? AppContext.BaseDirectory;

    [Theory]
    [InlineData("FastNN", 200)]
    [InlineData("FastNN.Onnx", 8)]
    public void Every_entry_is_of_a_public_member(string library, int fewest)
    {
        CSharpCompilation compilation = Compilation(library);
        string[] entries = Entries(library);
        Assert.InRange(entries.Length, fewest, int.MaxValue);
        Assert.All(
            entries, entry => Assert.True(IsPublic(DocumentationCommentId.GetFirstSymbolForDeclarationId(entry, compilation)), entry));
    }

    [Theory]
    [InlineData("FastNN")]
    [InlineData("FastNN.Onnx")]
    public void Every_public_type_and_method_has_an_entry(string library)
    {
        CSharpCompilation compilation = Compilation(library);
        var assembly = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(compilation.References.First())!;
        IEnumerable<INamedTypeSymbol> types = TypesIn(assembly.GlobalNamespace).Where(IsPublic);
        IEnumerable<ISymbol> members = types.SelectMany(type => type.GetMembers()).Where(member => IsPublic(member) && IsWritten(member));
        Assert.Empty(types.Concat(members).Select(symbol => symbol.GetDocumentationCommentId()!).Except(Entries(library)));
    }

    private static string[] Entries(string library)
    {
        var file = XDocument.Load(Path.Combine(s_folder, $"{library}.xml"));
        return [.. file.Descendants("member").Select(member => member.Attribute("name")!.Value)];
    }

    /// <summary>A compilation that refers to the library first, and then to what the library uses.</summary>
    private static CSharpCompilation Compilation(string library)
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> system = Directory.EnumerateFiles(framework, "*.dll").Where(IsOfSystem); // Wine matches no letters in a pattern
        IEnumerable<string> ours = ((string[])[library, "FastNN"]).Distinct().Select(name => Path.Combine(s_folder, $"{name}.dll"));
        return CSharpCompilation.Create("Empty", references: ours.Concat(system).Select(file => MetadataReference.CreateFromFile(file)));
    }

    /// <summary>On Windows a native library has such a name, too.</summary>
    private static bool IsOfSystem(string file) =>
        Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal) && !file.EndsWith(".Native.dll", StringComparison.Ordinal);

    /// <summary>Whether users of the library see it, or see it if they derive from its type.</summary>
    private static bool IsPublic(ISymbol? symbol) =>
        symbol is { DeclaredAccessibility: Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal }
        && (symbol.ContainingType is null || IsPublic(symbol.ContainingType));

    /// <summary>
    /// Whether someone has written the member. Accessors do not count, nor members that the compiler adds to a record or an enum.
    /// </summary>
    private static bool IsWritten(ISymbol member) =>
        !member.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute")
        && member is IPropertySymbol or IFieldSymbol { Name: not "value__" } or IMethodSymbol { MethodKind: MethodKind.Ordinary };

    private static IEnumerable<INamedTypeSymbol> TypesIn(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TypesIn));
}
