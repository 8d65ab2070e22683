namespace FastNN.Bench.Runs;

/// <summary>What <c>-- --help</c> says before it lists the options.</summary>
internal static class Help
{
    internal const string Text = """
        Compares FastNN's kernels with each other and with the limits of this machine: without options all of them, in five processes, in
        under four minutes. Each option below is a command of its own. Other arguments are BenchmarkDotNet's, such as --filter '*Forward*'.

        The other programs, each of which has --help too:
          dotnet run -c Release --project bench/peers                                FastNN beside other libraries: three minutes.
          dotnet run -c Release --project bench/peers -- --validate                  Only whether their results agree: some seconds.
          dotnet run -c Release --project bench/pictures                             Draws the results, and makes the tables of pages.
          dotnet run -c Release --project bench/compare -- time BEFORE.dll AFTER.dll Two builds of FastNN in turns: two minutes.
          bench/compare/disassembly BEFORE.dll AFTER.dll                             Whether their machine code is the same.
          dotnet run -c Release --project bench/probe -- throughput                  The small program that --aot runs, by itself.
        """;
}
