using System.CommandLine;
using FastNN.Bench;
using FastNN.Bench.Pictures;

Argument<DirectoryInfo?> results = new("results")
{
    Description = "The folder with a folder for each processor. Default: bench/results of the repository around the current directory.",
    Arity = ArgumentArity.ZeroOrOne,
};
RootCommand command = new("Draws what the benchmarks measured: beside each variants.json and peers.json, as SVG and PNG, for light and dark pages.")
{
    results,
};
command.SetAction(parsed => Draw(parsed.GetValue(results)?.FullName ?? FindResults()));
return command.Parse(args).Invoke();

static int Draw(string? results)
{
    if (results is null || !Directory.Exists(results)) return Fail($"There is no folder {results ?? "with FastNN.sln around this one"}.");
    if (!Typeface.Choose()) return Fail("There is no font to write with: install one, such as fonts-dejavu-core.");

    int drawn = 0;
    foreach (string folder in Directory.EnumerateDirectories(results).Order(StringComparer.Ordinal))
    {
        foreach (Picture picture in Pictures(folder))
        {
            picture.Save(folder);
            Console.WriteLine(Path.Combine(folder, picture.Name));
            drawn++;
        }
    }

    return drawn > 0 ? 0 : Fail($"There is nothing to draw in {results}.");
}

static IEnumerable<Picture> Pictures(string folder)
{
    string variants = Path.Combine(folder, "variants.json"), peers = Path.Combine(folder, "peers.json");
    List<Picture?> pictures = [];
    if (File.Exists(variants)) pictures.Add(WidthPicture.Create(Report.Load(variants)));
    if (File.Exists(peers))
    {
        var report = Report.Load(peers);
        pictures.AddRange(PeersPicture.Create(report), BatchPicture.Forward(report), BatchPicture.Step(report));
    }

    return pictures.OfType<Picture>();
}

static string? FindResults()
{
    DirectoryInfo? folder = new(Directory.GetCurrentDirectory());
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastNN.sln"))) folder = folder.Parent;
    return folder is null ? null : Path.Combine(folder.FullName, "bench", "results");
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
