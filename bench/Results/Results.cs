namespace FastNN.Bench;

/// <summary>Where results are kept: <c>bench/results/&lt;cpu&gt;/</c> in the repository.</summary>
internal static class Results
{
    internal static string FullRun => Path.Combine(Folder, "full");

    private static string Folder => Path.Combine(Repository, "bench", "results", Cpu.Folder);

    /// <summary>The first folder upwards from the current one that holds the solution.</summary>
    private static string Repository
    {
        get
        {
            for (DirectoryInfo? folder = new(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "FastNN.sln"))) return folder.FullName;
            }

            throw new DirectoryNotFoundException($"No folder with FastNN.sln at or above {Environment.CurrentDirectory}: results are kept in its bench/results.");
        }
    }

    /// <summary>The file of a run's report.</summary>
    internal static string PathOf(string run) => Path.Combine(Folder, $"{run}.json");
}
