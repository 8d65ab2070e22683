using FastNN.Bench.Machine;

namespace FastNN.Bench.Results;

/// <summary>Where results are kept: <c>bench/results/&lt;cpu&gt;/</c> in the repository.</summary>
internal static class ResultsFolder
{
    /// <summary>With a folder for each processor, and one more where a run used narrower vectors than the processor has.</summary>
    internal static string Root => Path.Combine(Repository, "bench", "results");

    /// <summary>The first folder upwards from the program that holds the solution.</summary>
    internal static string Repository
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "FastNN.sln"))) return folder.FullName;
            }

            throw new DirectoryNotFoundException(
                $"No folder with FastNN.sln at or above {AppContext.BaseDirectory}: results are kept in its bench/results.");
        }
    }

    /// <summary>A file for this machine, in a folder that exists.</summary>
    internal static string PathOf(string file) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, Cpu.Folder)).FullName, file);
}
