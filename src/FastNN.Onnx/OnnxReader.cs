using FastNN.Files;
using FastNN.Onnx.Schema;
using Google.Protobuf;

namespace FastNN.Onnx;

/// <summary>Makes a network from a model.</summary>
internal static class OnnxReader
{
    private const int OldestOpset = 7;
    private const string ParameterOfWidths = "widths";
    private const int BytesOfLayer = 512; // for its plan, its shape and its object in the network

    private static readonly MessageParser<ModelProto> s_parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>
    /// Parses a file. Books the memory for the parsed model beside the content. The caller frees the content before it builds the network.
    /// </summary>
    internal static ModelProto Parse(ReadOnlySpan<byte> data, out OnnxMemoryBudget budget)
    {
        FileRules.RequireLittleEndian();
        budget = new OnnxMemoryBudget(data.Length);
        OnnxWireSurvey.Book(data, ModelProto.Descriptor, budget);
        try
        {
            ModelProto model = s_parser.ParseFrom(data);
            budget.ReleaseContent();
            return model;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw OnnxFault.Of("The model", "it is no message of protocol buffers, or only a part of one", exception);
        }
    }

    internal static Network Build(ModelProto model, OnnxMemoryBudget budget, KernelVariant kernels)
    {
        CheckVersion(model);
        var graph = new OnnxGraph(model.Graph ?? throw OnnxFault.Of("The model", "it has no graph"), budget);
        List<OnnxLayer> layers = new OnnxGraphReader(graph).Read();
        long parameters = 0;
        foreach (OnnxLayer layer in layers) parameters += (long)layer.Inputs * layer.Outputs + layer.Outputs;
        long bytes = parameters * sizeof(float) + (long)layers.Count * BytesOfLayer;
        budget.Book(bytes, $"layers for its size, {layers.Count}, or parameters, {parameters}");

        int[] widths = [layers[0].Inputs, .. layers.Select(layer => layer.Outputs)];
        Network network = Create(widths, [.. layers.Select(layer => layer.Activation)], kernels);
        for (int l = 0; l < layers.Count; l++) layers[l].Fill(network.Layers[l]);
        return network;
    }

    /// <summary>A network whose parameters are set later. It uses the initialiser that takes the least time.</summary>
    private static Network Create(int[] widths, Activation[] activations, KernelVariant kernels)
    {
        try
        {
            return new Network(widths, activations, seed: 0, Initializer.PyTorch, kernels);
        }
        catch (ArgumentOutOfRangeException exception) when (exception.ParamName == ParameterOfWidths)
        {
            throw OnnxFault.Of("The model", "its layers are more than a network holds", exception);
        }
    }

    private static void CheckVersion(ModelProto model)
    {
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            if (opset.Domain is "" or OnnxOperation.StandardDomain && opset.Version < OldestOpset)
                throw OnnxFault.Of("The model", $"it is of opset {opset.Version}; opsets from {OldestOpset} on are supported");
        }
    }
}
