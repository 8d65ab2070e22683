using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>Links lead somewhere.</summary>
public class LinkTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Path)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_files_and_headings_that_exist(string path)
    {
        Page page = Page.All.Single(one => one.Path == path);
        Assert.Empty(from link in page.Links where !IsFound(page, link.Target) select $"{path}:{link.Line}: {link.Target}");
    }

    /// <summary>The package FastNN holds the pages of src/docs in a folder docs, and the changelog beside it.</summary>
    [Fact]
    public void Links_in_packages_stay_in_the_package()
    {
        string[] packed = [.. Page.All.Select(page => page.Path).Where(path => Packed(path) is not null)];
        Assert.True(packed.Length > 8);
        string[] targets = [.. packed.Select(Packed)!];
        Assert.Empty(
            from page in Page.All
            where packed.Contains(page.Path)
            from link in page.Links
            where !IsAbsolute(link.Target) && Resolve(Packed(page.Path)!, link.Target) is var file && !targets.Contains(file)
            select $"{page}:{link.Line}: {link.Target}");

        static string? Packed(string path) => path switch
        {
            "src/FastNN/README.md" => "README.md",
            "src/FastNN.Onnx/README.md" => "ONNX.md",
            "src/CHANGELOG.md" => "CHANGELOG.md",
            _ => path.StartsWith("src/docs/", StringComparison.Ordinal) ? path["src/".Length..] : null,
        };
    }

    private static bool IsFound(Page page, string target)
    {
        if (IsAbsolute(target)) return Uri.IsWellFormedUriString(target, UriKind.Absolute);

        string file = Resolve(page.Path, target);
        string? anchor = target.Contains('#') ? target.Split('#')[1] : null;
        return anchor is null
            ? Path.Exists(Path.Combine(Page.Root, file))
            : Page.All.SingleOrDefault(one => one.Path == file) is { } other && other.Anchors.Contains(Uri.UnescapeDataString(anchor));
    }

    private static bool IsAbsolute(string target) => target.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>The file that a link on a page leads to, relative to the same folder as the page's own path.</summary>
    private static string Resolve(string page, string target)
    {
        string file = Uri.UnescapeDataString(target.Split('#')[0]);
        if (file.Length == 0) return page;

        string path = Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(page)!, file));
        return Path.GetRelativePath("/", path).Replace('\\', '/');
    }
}
