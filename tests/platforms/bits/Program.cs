using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using FastNN;
using FastNN.Bits;

// bits quick|full VARIANT [alone]: VARIANT must be what runs by default. Every variant of this process must give the expected sum of every
// section, or VARIANT alone.
// bits quick|full write: prints the sums, to be committed as quick.txt or full.txt.
if (args is not (["quick" or "full", _] or ["quick" or "full", _, "alone"]))
{
    Console.Error.WriteLine("usage: bits quick|full VARIANT [alone], or bits quick|full write");
    return 2;
}

string expectedVariant = args[1];

bool full = args[0] == "full";
var watch = Stopwatch.StartNew();
if (expectedVariant == "write")
{
    string[] written = [.. Section.All.Select(section => SumOf(section, KernelVariant.Scalar))];
    for (int k = 0; k < written.Length; k++) Console.WriteLine($"{Section.All[k].Name} {written[k]}");
    Console.WriteLine($"all {Total(written)}");
    return 0;
}

Dictionary<string, string> expected = Expected($"{args[0]}.txt");
IReadOnlyList<KernelVariant> variants = args.Length == 3 ? [Kernels.Default] : Kernels.Supported;
(Section Section, KernelVariant Kernels)[] checks =
    [.. from section in Section.All from kernels in variants select (section, kernels)];
string[] sums = new string[checks.Length];
Parallel.For(0, checks.Length, k => sums[k] = SumOf(checks[k].Section, checks[k].Kernels));

int failed = 0;
for (int k = 0; k < checks.Length; k++)
{
    string wanted = expected[checks[k].Section.Name];
    if (sums[k] == wanted) continue;

    failed++;
    Console.WriteLine($"red: {checks[k].Section.Name} on {checks[k].Kernels}: {sums[k]}, but expected is {wanted}");
}

if ($"{Kernels.Default}" != expectedVariant)
{
    failed++;
    Console.WriteLine($"red: {Kernels.Default} runs by default, but expected is {expectedVariant}");
}

Console.WriteLine(Kernels.Describe());
string total = Total(sums.Where((_, k) => checks[k].Kernels == Kernels.Default));
if (total != expected["all"]) Console.WriteLine($"red: the hash of all sections is {total}, but expected is {expected["all"]}");
string how = OperatingSystem.IsBrowser() ? "WebAssembly" : RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "NativeAOT";
string platform =
    $"{RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription}, {how}, {string.Join(' ', variants)}";
Console.WriteLine($"hash {total} {args[0]}: {platform}, {watch.Elapsed.TotalSeconds:F1} s");
Console.WriteLine($"Failed: {failed}, Passed: {checks.Length + 1 - failed}, Total: {checks.Length + 1}");
return failed == 0 ? 0 : 1;

string SumOf(Section section, KernelVariant kernels)
{
    var hash = new Hash();
    try
    {
        section.Run(new Work(kernels, full), hash);
    }
    catch (Exception exception)
    {
        return exception.ToString();
    }

    return hash.Sum();
}

static string Total(IEnumerable<string> sums)
{
    var hash = new Hash();
    foreach (string sum in sums) hash.Add(Encoding.UTF8.GetBytes(sum));
    return hash.Sum();
}

static Dictionary<string, string> Expected(string file)
{
    using Stream stream = typeof(Section).Assembly.GetManifestResourceStream(file)!;
    using var reader = new StreamReader(stream);
    return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);
}
