// What `bench -- --aot` starts, compiled by the JIT and by NativeAOT. With "first FILE": loads a network and prints the first value of a
// prediction. With "throughput": prints the variant that runs, then a line for each task, "nanoseconds of a call, task".
using System.Globalization;
using FastNN;
using FastNN.Bench.Machine;

if (args is ["first", var file])
{
    Network loaded = Network.Load(file);
    var prediction = new float[loaded.Outputs];
    loaded.Forward(new float[loaded.Inputs], prediction);
    Console.WriteLine(prediction[0].ToString(CultureInfo.InvariantCulture));
    return;
}

const int rounds = 1000;
(string Task, Measurement Measurement)[] tasks =
    [.. from widths in (int[][])[[2, 4, 3, 2], [784, 128, 10]] from batch in (int[])[1, 64] from task in Tasks(widths, batch) select task];
Measurement[] measurements = [.. tasks.Select(task => task.Measurement)];
Measurement.Prepare(measurements);
Measurement.Run(measurements, rounds, () => { });
Console.WriteLine(Kernels.Default);
foreach ((string task, Measurement measurement) in tasks)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measurement.Nanoseconds}, {task}"));

static IEnumerable<(string Task, Measurement Measurement)> Tasks(int[] widths, int batch)
{
    var network = new Network(widths, seed: 1);
    var trainer = new Trainer(network, new Sgd(1e-6f));
    float[] inputs = [.. Enumerable.Range(0, batch * network.Inputs).Select(k => k % 7 / 7f)], outputs = new float[batch * network.Outputs];
    string name = $"{string.Join('-', widths)} × {batch}";
    yield return ($"{name} forward", new Measurement(calls =>
    {
        for (int k = 0; k < calls; k++) network.Forward(inputs, outputs);
    }));
    yield return ($"{name} step", new Measurement(calls =>
    {
        for (int k = 0; k < calls; k++) trainer.Step(inputs, outputs);
    }));
}
