using FastNN.Bench.Machine;
using FastNN.Bench.Results;
using Xunit;
using static FastNN.KernelVariant;

namespace FastNN.Tests.Bench;

/// <summary>Where results of a machine are kept, and what tells a reader which run they are of.</summary>
public class ResultsFolderTests
{
    private const string Name = "AMD EPYC, family 26, model 2";

    /// <summary>A run on narrower vectors must not replace the results of a run on all.</summary>
    [Theory]
    [InlineData(Vector512, Vector512, "amd-epyc-family-26-model-2", Name)]
    [InlineData(Vector256, Vector256, "amd-epyc-family-26-model-2", Name)]
    [InlineData(Vector512, Vector256, "amd-epyc-family-26-model-2-vector256", $"{Name}, AVX-512 off")]
    [InlineData(Vector512, Vector128, "amd-epyc-family-26-model-2-vector128", $"{Name}, AVX2 off")]
    [InlineData(Vector256, Vector128, "amd-epyc-family-26-model-2-vector128", $"{Name}, AVX2 off")]
    [InlineData(Vector128, Scalar, "amd-epyc-family-26-model-2-scalar", $"{Name}, vectors off")]
    public void Narrower_vectors_have_a_folder_and_a_name_of_their_own(
        KernelVariant widest, KernelVariant inUse, string folder, string description)
    {
        Assert.Equal(folder, Cpu.FolderOf(Name, widest, inUse));
        Assert.Equal(description, Cpu.Describe(Name, widest, inUse));
    }

    /// <summary>Results that no page shows yet: the program that makes the tables says where they belong.</summary>
    [Fact]
    public void Results_without_a_table_are_named()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string results = Directory.CreateDirectory(Path.Combine(folder, "bench", "results", "cpu")).FullName;
            File.WriteAllText(Path.Combine(results, "peers.json"), "");
            File.WriteAllText(Path.Combine(results, "quick.txt"), "");
            string page = Path.Combine(folder, "bench", "README.md");
            File.WriteAllText(page, $"{ReadmeTable.Begin}bench/results/cpu/quick.txt by bench/pictures -->\n{ReadmeTable.End}\n");
            string[] missing = [.. ReadmeTable.Missing(folder)];
            Assert.Equal(["", $"{ReadmeTable.Begin}bench/results/cpu/peers.json by bench/pictures -->", ReadmeTable.End], missing[1..]);
            File.AppendAllLines(page, missing[1..]);
            Assert.Empty(ReadmeTable.Missing(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
