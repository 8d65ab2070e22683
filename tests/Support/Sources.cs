using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>The repository's C# files, parsed. The build says where they are. Tests that read them run where they were built.</summary>
internal static class Sources
{
    private static readonly CSharpParseOptions s_options = new(LanguageVersion.Preview, DocumentationMode.None);

    private static readonly ConcurrentDictionary<SyntaxTree, SemanticModel> s_models = new();

    private static readonly Lazy<CSharpCompilation> s_core = new(() => Compile(Below("src/FastNN")));

    /// <summary>The repository's folder.</summary>
    private static string Root { get; } = Path.GetFullPath(
        typeof(Sources).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!);

    /// <summary>src/FastNN with its meaning, the same for every test.</summary>
    internal static CSharpCompilation Core => s_core.Value;

    /// <summary>
    /// The meaning of a file of <see cref="Core"/>. It keeps what it has found out: to bind all of the sources takes seconds.
    /// </summary>
    internal static SemanticModel MeaningOf(SyntaxTree tree) => s_models.GetOrAdd(tree, static tree => Core.GetSemanticModel(tree));

    /// <summary>All C# files below a folder, without those that the build writes. Their paths begin there and have slashes.</summary>
    internal static SyntaxTree[] Below(string folder)
    {
        string path = Path.Combine(Root, folder);
        Assert.True(Directory.Exists(path), $"This test reads the sources in {path}, where they were built. They are no longer there.");
        string[] names = [.. Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/')).Where(IsWritten).Order(StringComparer.Ordinal)];
        Assert.True(names.Length > 0, $"There are no C# files in {path}.");
        return [.. names.AsParallel().AsOrdered().Select(
            name => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(path, name)), s_options, name))];
    }

    /// <summary>The folder of a file. It is empty at the top.</summary>
    internal static string FolderOf(string file) => file[..Math.Max(file.LastIndexOf('/'), 0)];

    private static bool IsWritten(string name) => !name.Split('/').Any(part => part is "obj" or "bin");

    /// <summary>Sources with their meaning. They are compiled against the framework that this process runs on.</summary>
    internal static CSharpCompilation Compile(SyntaxTree[] sources)
    {
        string[] implicitUsings =
            ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
                "System.Threading.Tasks"];
        string usings = string.Concat(implicitUsings.Select(name => $"global using {name};"));
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<MetadataReference> references =
            from assembly in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            where Path.GetDirectoryName(assembly) == framework
            select MetadataReference.CreateFromFile(assembly);
        return CSharpCompilation.Create("FastNN", sources, references, new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true))
            .AddSyntaxTrees(CSharpSyntaxTree.ParseText(usings, (CSharpParseOptions)sources[0].Options, "Usings.cs"));
    }
}
