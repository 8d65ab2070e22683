using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace FastNN.Tests.Support;

/// <summary>Runs tests of this assembly once more, in a process with other environment variables.</summary>
internal static partial class OtherProcess
{
    private static readonly string s_runner = Environment.GetEnvironmentVariable("FASTNN_RUNNER")
        ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "FastNN.Tests.exe" : "FastNN.Tests");

    /// <param name="tests">Full names of methods. A star stands for any letters.</param>
    /// <param name="hang">A process that takes longer is ended.</param>
    /// <param name="variables">What the process has besides the variables of this one. Null takes one away.</param>
    internal static async Task<(int Exit, string Output)> Run(
        string[] tests, TimeSpan hang, params (string Name, string? Value)[] variables)
    {
        var start = new ProcessStartInfo(s_runner)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in variables) start.Environment[name] = value;
        string[] filters = [.. tests.SelectMany(name => (string[])["-method", name])];
        foreach (string argument in (string[])["-noColor", .. filters]) start.ArgumentList.Add(argument);

        using Process child = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(hang);
        using CancellationTokenRegistration end = limit.Token.Register(() => child.Kill(entireProcessTree: true));
        Task<string> output = child.StandardOutput.ReadToEndAsync(limit.Token), error = child.StandardError.ReadToEndAsync(limit.Token);
        await child.WaitForExitAsync(limit.Token);
        return (child.ExitCode, await error + await output);
    }

    /// <summary>All tests have passed, and there were at least so many.</summary>
    internal static void AssertPassed(int exit, string output, int least)
    {
        Assert.True(exit == 0, output[..Math.Min(output.Length, 4000)]);
        int passed = int.Parse(AllPassed().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(passed, least, int.MaxValue);
    }

    [GeneratedRegex(@"Total: (\d+), Errors: 0, Failed: 0, Skipped: 0, Not Run: 0")]
    private static partial Regex AllPassed();
}
