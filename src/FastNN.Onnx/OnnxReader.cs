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
    internal static ModelProto Parse(ReadOnlySpan<byte> data, OnnxExternalData? external, out OnnxMemoryBudget budget)
    {
        FileRules.RequireLittleEndian();
        if (OnnxFileKind.Of(data) is { } kind) throw OnnxFault.Of("The file", kind);
        budget = new OnnxMemoryBudget(data.Length) { External = external };
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

    internal static Network Build(ModelProto model, OnnxMemoryBudget budget, OnnxLoadOptions options)
    {
        OnnxPlan plan = Plan(model, budget, options);
        long bytes = plan.Parameters * sizeof(float) + (long)plan.Layers.Count * BytesOfLayer;
        budget.Book(bytes, $"layers for its size, {plan.Layers.Count}, or parameters, {plan.Parameters}");
        budget.BookWork(plan.Layers.Sum(layer => layer.Cost));
        return ToNetwork(plan, options.Kernels);
    }

    internal static OnnxPlan Plan(ModelProto model, OnnxMemoryBudget budget, OnnxLoadOptions options)
    {
        CheckVersion(model);
        var tracer = new OnnxTracer(new OnnxGraph(model, budget), budget);
        (OnnxSignal signal, ValueInfoProto output) = new OnnxOutputs(tracer, options).Choose();
        OnnxPlan plan = new OnnxPlanner(tracer.Algebra).Plan(signal);
        CheckOutput(signal.Shape, output, plan.Layers[^1].Outputs);
        return plan;
    }

    /// <summary>A network whose parameters are those of the plan.</summary>
    private static Network ToNetwork(OnnxPlan plan, KernelVariant kernels)
    {
        int[] widths = [plan.Layers[0].Inputs, .. plan.Layers.Select(layer => layer.Outputs)];
        Network network = Create(widths, [.. plan.Layers.Select(layer => layer.Activation)], kernels);
        for (int l = 0; l < plan.Layers.Count; l++) plan.Layers[l].Fill(network.Layers[l]);
        if (plan.InputMean != null) network.InputStandardizer = new Standardizer(plan.InputMean, plan.InputFactor);
        if (plan.OutputMean != null) network.OutputStandardizer = new Standardizer(plan.OutputMean, plan.OutputFactor);
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

    /// <summary>The samples must be rows, as wide as the output claims.</summary>
    private static void CheckOutput(OnnxShape shape, ValueInfoProto output, int outputs)
    {
        string where = $"Graph output {OnnxFault.Quote(output.Name)}";
        if (outputs > 1 && shape.Batch > 0 && shape.Lengths![shape.Batch] != 1 && shape.Lengths![..shape.Batch].Any(length => length != 1))
            throw OnnxFault.Of(where, $"its samples must be rows, but its shape is {shape}, and axis {shape.Batch} counts the samples");
        if (OnnxShape.LengthsOf(output, "output") is [.., > 0 and var width] claimed && claimed.Length == (shape.Rank ?? claimed.Length)
            && shape.IsRows && shape.Batch < claimed.Length - 1 && width != outputs)
        {
            throw OnnxFault.Of(where, $"it claims {width} values, but the last layer gives {outputs}");
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
