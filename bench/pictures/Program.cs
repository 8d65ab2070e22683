using System.CommandLine;
using FastNN.Bench.Pictures;
using FastNN.Bench.Results;

RootCommand command = new(
    "Draws what the benchmarks measured, beside each variants.json, peers.json, scaling.json and ensembles.json in bench/results, as SVG "
    + "and PNG for light and dark pages, and makes the tables of the pages anew.");
command.SetAction(_ => Draw());
return command.Parse(args).Invoke();

static int Draw()
{
    if (!Typeface.Choose())
    {
        Console.Error.WriteLine("There is no font to write with: install one, such as fonts-dejavu-core.");
        return 1;
    }

    foreach (string folder in Directory.EnumerateDirectories(ResultsFolder.Root).Order(StringComparer.Ordinal))
    {
        foreach (Picture picture in Pictures(folder))
        {
            picture.Save(folder);
            Console.WriteLine(Path.Combine(folder, picture.Name));
        }
    }

    foreach (string page in ReadmeTable.Pages.Select(page => Path.Combine(ResultsFolder.Repository, page)))
    {
        File.WriteAllText(page, ReadmeTable.Renew(File.ReadAllText(page), ResultsFolder.Repository));
        Console.WriteLine(page);
    }

    foreach (string line in ReadmeTable.Missing(ResultsFolder.Repository)) Console.WriteLine(line);
    return 0;
}

static IEnumerable<Picture> Pictures(string folder)
{
    string variants = Path.Combine(folder, "variants.json"), peers = Path.Combine(folder, "peers.json");
    string scaling = Path.Combine(folder, "scaling.json");
    List<Picture?> pictures = [];
    if (File.Exists(variants)) pictures.Add(WidthPicture.Create(Report.Load(variants)));
    if (File.Exists(peers))
    {
        var report = Report.Load(peers);
        pictures.AddRange(PeersPicture.OfArticle(report), PeersPicture.OfOthers(report));
        pictures.AddRange(BatchPicture.Forward(report), BatchPicture.Step(report));
    }

    string ensembles = Path.Combine(folder, "ensembles.json");
    if (File.Exists(ensembles))
    {
        var report = Report.Load(ensembles);
        pictures.AddRange(EnsemblesPicture.Create(report), UncertaintyPicture.Create(report));
    }

    if (File.Exists(scaling))
    {
        var report = Report.Load(scaling);
        pictures.AddRange(PeakPicture.OfBatches(report), ThreadsPicture.Create(report), PeakPicture.OfWidths(report));
    }
    else
    {
        Console.WriteLine($"{scaling} does not exist, and so its pictures are not drawn.");
    }

    return pictures.OfType<Picture>();
}
