using System.Diagnostics;
using System.Text.Json;

namespace FastNN.Bench.Runs;

/// <summary>
/// This program in a process of its own, which leaves a result in a file. For each part that it has done it writes a character.
/// </summary>
internal static class Child
{
    /// <summary>Starts it and waits for its result.</summary>
    /// <param name="arguments">A hidden command and its arguments; the file comes last.</param>
    /// <param name="variables">Of its environment: what they are set to, or null to remove them.</param>
    /// <param name="partDone">Shows progress.</param>
    internal static T Run<T>(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables, Action partDone)
    {
        string path = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Program(), .. arguments, path])
            {
                RedirectStandardOutput = true,
            };
            foreach ((string name, string? value) in variables) start.Environment[name] = value;
            using Process process = Process.Start(start)!;
            while (process.StandardOutput.Read() >= 0) partDone();
            process.WaitForExit();
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<T>(File.ReadAllText(path))!
                : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with exit code {process.ExitCode}.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>In the process: leaves the result.</summary>
    internal static void Leave<T>(T result, string path) => File.WriteAllText(path, JsonSerializer.Serialize(result));

    /// <summary>The program may have been started as itself, or by <c>dotnet</c> as a library.</summary>
    private static string[] Program() =>
        Path.GetFileName(Environment.ProcessPath) is "dotnet" or "dotnet.exe" ? [Environment.GetCommandLineArgs()[0]] : [];
}
