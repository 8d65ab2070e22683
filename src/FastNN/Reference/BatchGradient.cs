using FastNN.Contract;

namespace FastNN.Reference;

/// <summary>
/// g_ij = Σ_s δ_i[s]·a_j[s] over the samples in ascending order. Then g ← scale·g, or w ← w + rate·(scale·g). The specification of the
/// kernel <c>Batch.BatchGradient</c>. Its tiles have one sample, and its panels have one neuron.
/// </summary>
internal static unsafe class BatchGradient
{
    internal static void Sum(in TileChunk chunk, in LayerShape layer, int from, int to, float* sum, float* target, float scale, float rate)
    {
        for (int j = from; j < to; j++)
        {
            bool inRows = layer.InputsInRows && j < layer.Inputs;
            float* a = inRows ? chunk.X + j : chunk.Inputs + layer.OnesRow - layer.Inputs + j;
            nint step = inRows ? chunk.Columns : chunk.TileRows;
            float* delta = chunk.DeltasOf(in layer);
            for (int i = 0; i < layer.Outputs; i++, delta += chunk.Samples)
            {
                nint k = j * (nint)layer.Outputs + i;
                float g = sum == null ? 0f : sum[k];
                for (int s = 0; s < chunk.Samples; s++) g = MathF.FusedMultiplyAdd(delta[s], a[s * step], g);
                g *= scale;
                target[k] = rate == 0f ? g : MathF.FusedMultiplyAdd(rate, g, target[k]);
            }
        }
    }
}
