using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Tests.Graphs;

/// <summary>
/// A random graph that ONNX Runtime runs: a chain of layers, activations, affine steps and steps of shape, in forms that exporters write.
/// FastNN must load it, unless something is planted that it refuses.
/// </summary>
internal sealed class RandomGraph
{
    private const int MostLayers = 4;

    private readonly GraphDraft _g;

    private RandomGraph(int seed)
    {
        (Seed, _g) = (seed, new GraphDraft(seed));
        Ends = new GraphEnds(_g);
        Grow();
        Ends.Finish();
        GraphExtras.Add(_g);
        Bytes = _g.Model.ToByteArray();
        External = _g.External.ToArray();
    }

    internal int Seed { get; }

    /// <summary>The inputs and outputs.</summary>
    internal GraphEnds Ends { get; }

    internal byte[] Bytes { get; }

    /// <summary>The file beside the model. It is empty if there is none.</summary>
    internal byte[] External { get; }

    internal ModelProto Model => _g.Model;

    internal IReadOnlyList<GraphInput> Inputs => _g.Inputs;

    internal Planted? Planted => _g.Planted;

    /// <summary>Whether <see cref="Meaning"/> is known: nothing is planted, or another output.</summary>
    internal bool HasMeaning => Planted is null or { IsWhole: true };

    /// <summary>What the graph computes at its output.</summary>
    internal GraphMeaning Meaning => _g.Meaning;

    /// <summary>By how much an operation of ONNX Runtime rounds at most.</summary>
    internal double Rounding => _g.Type == TensorTypes.Half || Ends.HasHalf ? GraphMeaning.Half : GraphMeaning.Single;

    /// <summary>
    /// Whether ONNX Runtime optimises the graph: one in four of FLOAT. ONNX Runtime 1.31 refuses a Relu and a Clip of DOUBLE when it fuses
    /// them.
    /// </summary>
    internal bool MayOptimize => Seed % 4 == 0 && _g.Type == TensorTypes.Float;

    internal static RandomGraph Create(int seed) => new(seed);

    private void Grow()
    {
        Ends.Begin();
        int layers = _g.Draw.Between(1, MostLayers);
        int planted = _g.Type == TensorTypes.Float && !Ends.IsColumns && _g.Draw.Rarely(0.2) ? _g.Draw.Between(0, layers) : -1;
        if (!Ends.IsColumns) BeforeLayers();
        for (int l = 0; l < layers; l++)
        {
            if (l == planted) Refusals.Plant(_g, isLast: false);
            AddLayer(isLast: l == layers - 1 && planted != layers);
        }

        if (planted < 0 && _g.IsMatrix && _g.CanScale && _g.Draw.Rarely(0.02)) LinearPieces.AddDot(_g);
        if (planted < 0 && _g.IsMatrix && _g.CanScale && !_g.HasZero && _g.Draw.Rarely(0.02)) PartPieces.AddOne(_g);
        if (planted == layers) Refusals.Plant(_g, isLast: true);
    }

    private void BeforeLayers()
    {
        MaybeNothing();
        if (_g.Draw.Rarely(0.35)) AffinePieces.Add(_g);
        if (_g.Draw.Rarely(0.07)) ActivationPieces.Add(_g);
        if (_g.Draw.Rarely(0.1)) AffinePieces.Add(_g);
        if (_g.Draw.Rarely(0.05)) PartPieces.Add(_g);
    }

    private void AddLayer(bool isLast)
    {
        bool isOnColumns = Ends.IsColumns && _g.IsInput;
        if (!isOnColumns && (!_g.IsRow || _g.Draw.Rarely(0.1))) ShapePieces.ToMatrix(_g);
        int outputs = _g.Draw.Rarely(0.1) ? 1 : _g.Draw.Rarely(0.1) ? _g.Draw.Between(9, 40) : _g.Draw.Between(2, 8);
        if (isOnColumns)
            LinearPieces.AddOnColumns(_g, outputs);
        else
            LinearPieces.Add(_g, outputs);

        MaybeNothing();
        if (_g.Draw.Rarely(0.2)) AffinePieces.Add(_g);
        if (_g.Draw.Rarely(0.1)) PartPieces.Add(_g);
        if (isLast && _g.IsRow && _g.Draw.Chance(0.25))
        {
            ActivationPieces.AddSoftmax(_g);
            return;
        }

        if (!_g.Draw.Chance(isLast ? 0.3 : 0.85)) return;

        if (_g.Shape.Length > 1 && _g.Draw.Rarely(0.1)) ShapePieces.Rearrange(_g);
        ActivationPieces.Add(_g);
        MaybeNothing();
        if (_g.Draw.Rarely(0.05)) ActivationPieces.Add(_g);
        if (_g.Draw.Rarely(0.15)) AffinePieces.Add(_g);
        if (_g.Draw.Rarely(0.1)) PartPieces.Add(_g);
    }

    private void MaybeNothing()
    {
        while (_g.Draw.Rarely(0.15)) ShapePieces.AddNothing(_g);
    }
}
