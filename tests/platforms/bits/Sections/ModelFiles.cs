using FastNN.Onnx;

namespace FastNN.Bits.Sections;

/// <summary>Every byte of what is saved, and what comes back of it.</summary>
internal static class ModelFiles
{
    internal static void Safetensors(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            Network network = Networks.Of(work, widths, k++);
            using var file = new MemoryStream();
            network.Save(file);
            hash.Add(file.ToArray());
            hash.Add(Network.Load(file.ToArray(), new LoadOptions { Kernels = work.Kernels }).Parameters);
        }

        var trainer = new Trainer(new Network([7, 12, 3], seed: 1, work.Kernels), new Adam());
        trainer.Step(Work.Values(1, 5 * 7), Work.Values(2, 5 * 3));
        using var checkpoint = new MemoryStream();
        trainer.Save(
            checkpoint, new FitState { Epoch = 3, Step = 1, Seed = 5, BatchSize = 8, Samples = 40, CostSum = 0.1, BestCost = 0.3f });
        hash.Add(checkpoint.ToArray());
        var loaded = new Trainer(new Network([7, 12, 3], seed: 2, work.Kernels), new Adam());
        checkpoint.Position = 0;
        hash.Add(loaded.Load(checkpoint)!.CostSum);
        hash.Add(loaded);
    }

    internal static void Onnx(Work work, Hash hash)
    {
        int k = 0;
        foreach (int[] widths in work.Shapes)
        {
            Network network = Networks.Of(work, widths, k++);
            using var model = new MemoryStream();
            OnnxModel.Save(network, model);
            hash.Add(model.ToArray());
            hash.Add(OnnxModel.Load(model.ToArray(), work.Kernels).Parameters);
        }
    }
}
