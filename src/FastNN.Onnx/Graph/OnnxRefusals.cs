using System.Collections.Frozen;

namespace FastNN.Onnx;

/// <summary>Why an operator cannot be a part of a network.</summary>
internal static class OnnxRefusals
{
    private const string Recurrence = "recurrence is not supported", Convolution = "convolutions and poolings are not supported",
        Quantised = "quantised operators are not supported", ControlFlow = "control flow is not supported",
        AcrossValues = "operators across the values of a sample are not supported, except Softmax";

    private static readonly FrozenDictionary<string, string> s_reasons = new Dictionary<string, string>
    {
        ["Attention"] = "attention is not supported",
        ["AveragePool"] = Convolution,
        ["Conv"] = Convolution,
        ["ConvTranspose"] = Convolution,
        ["DequantizeLinear"] = Quantised,
        ["DynamicQuantizeLinear"] = Quantised,
        ["GlobalAveragePool"] = Convolution,
        ["GRU"] = Recurrence,
        ["GroupNormalization"] = AcrossValues,
        ["If"] = ControlFlow,
        ["InstanceNormalization"] = AcrossValues,
        ["LayerNormalization"] = AcrossValues,
        ["Loop"] = ControlFlow,
        ["LpNormalization"] = AcrossValues,
        ["LSTM"] = Recurrence,
        ["LogSoftmax"] = "LogSoftmax is no activation of FastNN; save the model without it, or with Softmax",
        ["MatMulInteger"] = Quantised,
        ["MaxPool"] = Convolution,
        ["MultiHeadAttention"] = "attention is not supported",
        ["QLinearMatMul"] = Quantised,
        ["QuantizeLinear"] = Quantised,
        ["ReduceL2"] = AcrossValues,
        ["ReduceMax"] = AcrossValues,
        ["ReduceMean"] = AcrossValues,
        ["ReduceSum"] = AcrossValues,
        ["RMSNormalization"] = AcrossValues,
        ["RNN"] = Recurrence,
        ["Scan"] = ControlFlow,
    }.ToFrozenDictionary();

    /// <summary>The fault of an operation that reads the data.</summary>
    internal static ModelFormatException Of(OnnxOperation operation)
    {
        string type = operation.Type[(operation.Type.LastIndexOf('.') + 1)..];
        string reason = s_reasons.GetValueOrDefault(type, "the operator is not supported for the data of a sample");
        return operation.Fault($"{reason}; the documentation of FastNN.Onnx lists what is");
    }
}
