using FastNN.Files;

namespace FastNN.Onnx;

/// <summary>
/// Makes a plan of a network from the signal of an output. The signal leads from layer to layer, back to the input. Between two matrices
/// there are factors, offsets and activations: they become part of the layers around them. If there are two activations, or factors that
/// have no layer to go to, a layer with the identity as its matrix is added.
/// </summary>
internal sealed class OnnxPlanner(OnnxAlgebra algebra)
{
    private readonly OnnxPlan _plan = new();
    private OnnxCoefficient _factor = OnnxCoefficient.One, _offset; // behind the last activation, for the next layer
    private OnnxTerm? _partOf; // the graph's input, if only a part of it is read
    private int _width, _first; // the values that the next layer reads, and the first of them in the graph's input

    internal OnnxPlan Plan(OnnxSignal output)
    {
        List<OnnxSignal> signals = [output];
        while (signals[^1].Term.Source.Layer is { } layer) signals.Add(layer.Input);
        signals.Reverse();
        for (int k = 0; k + 1 < signals.Count; k++)
        {
            OnnxTerm next = signals[k + 1].Term.Source;
            int inputs = next.Layer!.Inputs;
            if (k == 0) ReadInput(signals[0], inputs);
            else ReadBetween(signals[k]);
            AddLayer(next);
        }

        ReadOutput(output);
        return _plan;
    }

    /// <summary>The activations of a signal, innermost first, with the polynomials before them; then the one behind the last.</summary>
    private static List<OnnxSignal> Stages(OnnxSignal signal)
    {
        List<OnnxSignal> stages = [];
        for (OnnxSignal? at = signal; at != null; at = at.Term.First)
        {
            OnnxTerm term = at.Term;
            if (at.Degree > 1)
            {
                throw at.Multiplied!.Fault(
                    $"its result is a polynomial of degree {at.Degree} of {term}, and not part of a known activation");
            }

            if (term.Kind is not (OnnxTermKind.Source or OnnxTermKind.Activation))
                throw term.Operation!.Fault("its result is not part of a known activation");
            stages.Add(at);
        }

        stages.Reverse();
        return stages;
    }

    /// <summary>The graph's input: factors and offsets become a standardizer, if they can.</summary>
    private void ReadInput(OnnxSignal signal, int inputs)
    {
        List<OnnxSignal> stages = Stages(signal);
        OnnxTerm source = signal.Term.Source;
        (_width, _first) = (inputs, source.Start);
        OnnxSignal first = stages[0];
        bool isPart = source.Count != null;
        if (!first.IsTerm && (isPart || !TryStandardize(first))) (_factor, _offset) = (first.C[1], first.C[0]);

        if (isPart) (_partOf, _width) = (source, source.Count!.Value);
        ReadActivations(stages, 1);
    }

    /// <summary>Makes factors and offsets of the graph's input the input standardizer, if floats hold its numbers.</summary>
    private bool TryStandardize(OnnxSignal input)
    {
        if (Floats(algebra.Map(input.C[0], input.C[1], (c, a) => -c / a)) is not { } mean || Floats(input.C[1]) is not { } factor
            || !factor.All(float.IsNormal))
        {
            return false;
        }

        (_plan.InputMean, _plan.InputFactor) = (mean, factor);
        return true;
    }

    /// <summary>What follows a layer: factors and offsets before an activation belong to the layer, those behind it to the next.</summary>
    private void ReadBetween(OnnxSignal signal)
    {
        List<OnnxSignal> stages = Stages(signal);
        OnnxSignal first = stages[0];
        _plan.Layers[^1].FoldBehind(algebra, first.C[1], first.C[0]);
        if (stages.Count == 1) return;
        Activate(stages[1]);
        ReadActivations(stages, 2);
    }

    private void ReadOutput(OnnxSignal signal)
    {
        List<OnnxSignal> stages = Stages(signal);
        if (stages.Count == 1)
        {
            Standardize(signal);
            return;
        }

        ReadBetween(signal);
        if (!_factor.IsOne || !_offset.IsZero) AddIdentity(stages[^1].Term.Operation!);
    }

    /// <summary>Behind the last layer, if it has no activation: biases belong to it, and factors are a standardizer if they can.</summary>
    private void Standardize(OnnxSignal signal)
    {
        OnnxCoefficient factor = signal.C[1], offset = signal.C[0];
        _width = _plan.Layers[^1].Outputs;
        if (!factor.IsOne && !signal.C[1].IsZero)
        {
            OnnxCoefficient inside = algebra.Times(factor, signal.Bias);
            OnnxCoefficient rest = signal.Bias.IsZero ? offset : algebra.Map(offset, inside, (all, part) => all - part);
            if (Floats(algebra.Inverse(factor)) is { } divisor && Floats(rest) is { } mean && divisor.All(float.IsNormal))
            {
                _plan.Layers[^1].FoldBehind(algebra, OnnxCoefficient.One, signal.Bias);
                (_plan.OutputMean, _plan.OutputFactor) = (mean, divisor);
                return;
            }
        }

        _plan.Layers[^1].FoldBehind(algebra, factor, offset);
    }

    /// <summary>Activations that follow an activation, or the graph's input. Each gets a layer.</summary>
    private void ReadActivations(List<OnnxSignal> stages, int from)
    {
        for (int k = from; k < stages.Count; k++)
        {
            AddIdentity(stages[k].Term.Operation!);
            Activate(stages[k]);
        }
    }

    private void Activate(OnnxSignal stage)
    {
        _plan.Layers[^1].Activation = stage.Term.Activation!;
        bool isRounded = stage.Term.IsComposite; // known within the rounding of its constants
        _factor = isRounded && stage.C[1].Vector is null && OnnxRatio.IsNear(stage.C[1][0], 1) ? OnnxCoefficient.One : stage.C[1];
        _offset = isRounded && stage.C[0].Vector is null && Math.Abs(stage.C[0][0]) < 1e-6 ? OnnxCoefficient.Zero : stage.C[0];
    }

    private void AddLayer(OnnxTerm source)
    {
        OnnxLayer matrix = source.Layer!;
        Add(matrix.Operation, matrix, source.Count ?? matrix.Outputs, source.Start);
    }

    private void AddIdentity(OnnxOperation operation) =>
        Add(operation, null, _plan.Layers.Count == 0 ? _width : _plan.Layers[^1].Outputs, 0);

    private void Add(OnnxOperation operation, OnnxLayer? matrix, int outputs, int firstOutput)
    {
        if (_plan.Layers.Count == FileRules.MaxLayers)
            throw operation.Fault($"it is layer {_plan.Layers.Count + 1}, but a network in a file has at most {FileRules.MaxLayers}");
        bool isFirst = _plan.Layers.Count == 0;
        int inputs = isFirst ? _partOf is null ? _width : WidthOf(_partOf, operation) : _plan.Layers[^1].Outputs;
        var layer = new OnnxPlanLayer(matrix, inputs, isFirst ? _first : 0, outputs, firstOutput);
        layer.FoldBefore(algebra, _factor, _offset);
        (_factor, _offset) = (OnnxCoefficient.One, OnnxCoefficient.Zero);
        _plan.Layers.Add(layer);
    }

    /// <summary>The width of the whole graph input, if the network reads a part of it.</summary>
    private static int WidthOf(OnnxTerm input, OnnxOperation operation) =>
        OnnxShape.OfInput(input.Input!.Input!).Width is { } width and <= 1 << 24
            ? (int)width
            : throw operation.Fault($"it reads a part of graph input {input.Input}, whose width must be known");

    /// <summary>The numbers for all values as floats; null if one is not finite.</summary>
    private float[]? Floats(OnnxCoefficient values)
    {
        algebra.BookFloats(2L * _width); // here and in the standardizer
        float[] floats = new float[_width];
        for (int k = 0; k < floats.Length; k++)
        {
            floats[k] = (float)values[values.Count == 1 ? 0 : k];
            if (!float.IsFinite(floats[k])) return null;
        }

        return floats;
    }
}
