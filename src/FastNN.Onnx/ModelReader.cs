using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Onnx;

/// <summary>From a model to a network.</summary>
internal static class ModelReader
{
    private const int OldestOpset = 7;
    private const string ParameterOfWidths = "widths";
    private const int BytesOfLayer = 512; // of its plan, its shape and the object of the network

    private static readonly MessageParser<ModelProto> s_parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Parses a file, and books what that and the index of its names take.</summary>
    internal static ModelProto Parse(ReadOnlySpan<byte> data, out MemoryBudget budget)
    {
        budget = new MemoryBudget(data.Length);
        WireSurvey.Book(data, ModelProto.Descriptor, budget);
        try
        {
            return s_parser.ParseFrom(data);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Fault.Of("The model", "it is no message of protocol buffers, or not all of one", exception);
        }
    }

    internal static Network Build(ModelProto model, MemoryBudget budget, KernelVariant kernels)
    {
        CheckVersion(model);
        var graph = new Graph(model.Graph ?? throw Fault.Of("The model", "it has no graph"), budget);
        List<LayerPlan> layers = new GraphReader(graph).Read();
        long parameters = 0;
        foreach (LayerPlan layer in layers) parameters += (long)layer.Inputs * layer.Outputs + layer.Outputs;
        budget.Book(parameters * sizeof(float) + (long)layers.Count * BytesOfLayer, $"layers for its size, {layers.Count}, or parameters, {parameters}");

        Network network = Create([layers[0].Inputs, .. layers.Select(layer => layer.Outputs)], [.. layers.Select(layer => layer.Activation)], kernels);
        for (int l = 0; l < layers.Count; l++) layers[l].Fill(network.Layers[l]);
        return network;
    }

    /// <summary>A network whose parameters are yet to come: of the initialisers the one that takes least time.</summary>
    private static Network Create(int[] widths, Activation[] activations, KernelVariant kernels)
    {
        try
        {
            return new Network(widths, activations, seed: 0, Initializer.PyTorch, kernels);
        }
        catch (ArgumentOutOfRangeException exception) when (exception.ParamName == ParameterOfWidths)
        {
            throw Fault.Of("The model", "its layers are more than a network holds", exception);
        }
    }

    private static void CheckVersion(ModelProto model)
    {
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            if (opset.Domain is "" or Operation.StandardDomain && opset.Version < OldestOpset)
                throw Fault.Of("The model", $"it is of opset {opset.Version}; from {OldestOpset} on they are supported");
        }
    }
}
