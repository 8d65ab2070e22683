using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FastNN.Bench.Learning;

/// <summary>scikit-learn's MLPRegressor with its solver lbfgs, in a process of Debian's Python, where it is installed.</summary>
internal static class Sklearn
{
    private const string Script = """
        import sys, time, warnings
        import numpy as np
        from sklearn.metrics import r2_score
        from sklearn.neural_network import MLPRegressor
        warnings.filterwarnings("ignore")
        inputs, hidden, seed, iterations = int(sys.argv[1]), tuple(map(int, sys.argv[2].split(","))), int(sys.argv[3]), int(sys.argv[4])
        training, held = (np.loadtxt(path, delimiter=",", ndmin=2) for path in sys.argv[5:7])
        x, y = training[:, :inputs], training[:, inputs:]
        mx, sx, my, sy = x.mean(0), x.std(0), y.mean(0), y.std(0)
        target = (y - my) / sy
        start = time.perf_counter()
        model = MLPRegressor(
            hidden, activation="tanh", solver="lbfgs", alpha=0, max_iter=iterations, max_fun=10**9, tol=0, random_state=seed)
        model.fit((x - mx) / sx, target[:, 0] if target.shape[1] == 1 else target)
        seconds = time.perf_counter() - start
        predict = lambda a: model.predict((a - mx) / sx).reshape(len(a), -1)
        print(np.mean((predict(x) - target) ** 2), r2_score(held[:, inputs:], predict(held[:, :inputs]) * sy + my), seconds)
        """;

    /// <summary>
    /// The cost of the training samples in standardised units, R² of the held-out ones and seconds; null if it does not run.
    /// </summary>
    internal static (double Cost, double R2, double Seconds)? Learn(
        DataSet training, DataSet heldOut, int[] hidden, int seed, int iterations)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string[] files = [Path.Combine(folder, "training.csv"), Path.Combine(folder, "held.csv")];
            Write(training, files[0]);
            Write(heldOut, files[1]);
            string[] arguments = ["-c", Script, $"{training.Inputs}", string.Join(',', hidden), $"{seed}", $"{iterations}", .. files];
            var start = new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["OPENBLAS_NUM_THREADS"] = "1";
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string[] numbers = process.StandardOutput.ReadToEnd().Split(' ');
            process.WaitForExit();
            errors.Wait();
            if (process.ExitCode != 0) return null;

            double[] values = [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
            return (values[0], values[1], values[2]);
        }
        catch (Win32Exception)
        {
            return null; // there is no such Python
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(DataSet data, string file) => File.WriteAllLines(
        file,
        from sample in data.X.Chunk(data.Inputs).Zip(data.Y.Chunk(data.Outputs))
        select string.Join(',', sample.First.Concat(sample.Second).Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
}
