namespace FastNN.Tests.Graphs;

/// <summary>The numbers of a layer, and the constants that hold them.</summary>
internal sealed class LinearLayer
{
    private readonly GraphDraft _g;
    private readonly int _inputs, _outputs;
    private readonly double[] _weights, _biases;

    /// <summary>The weights are small integers times this, if it is not 0.</summary>
    private readonly double _scale;

    internal LinearLayer(GraphDraft g, int outputs)
    {
        (_g, _inputs, _outputs) = (g, g.Width, outputs);
        double most = 1.5 / Math.Sqrt(_inputs);
        _weights = g.Draw.Reals(_inputs * outputs, -most, most);
        _biases = new double[outputs];
        if (g.Draw.Rarely(0.05)) _scale = Round(_weights, g.Draw.IsCoarse ? 0.0078125 : 0.01f);
        if (g.Draw.Chance(0.1)) _weights[g.Draw.Between(0, _weights.Length - 1)] = 0;
    }

    /// <summary>What follows in the same node, if anything does.</summary>
    internal Func<double, double>? Activation { get; set; }

    /// <summary>W, or its transpose. Gemm multiplies it by alpha.</summary>
    internal string Weights(bool isTransposed, double alpha)
    {
        if (_scale != 0 && alpha == 1) return Scaled(isTransposed);

        double[] values = Array.ConvertAll(_weights, value => (float)(value / alpha) * 1.0);
        for (int k = 0; k < values.Length; k++) _weights[k] = values[k] * alpha;
        if (_g.Draw.Chance(0.05) && !_g.Draw.IsCoarse && _weights.All(value => value != 0)) return Normalized(values, isTransposed);

        return isTransposed
            ? _g.Constants.Reals(ConstantForms.Transposed(values, [_inputs, _outputs]), _outputs, _inputs)
            : _g.Constants.Reals(values, _inputs, _outputs);
    }

    /// <summary>Draws b and writes it. Gemm multiplies it by beta. It is empty if there are none.</summary>
    internal string Biases(double beta, bool isNeeded)
    {
        int form = _g.Draw.Between(isNeeded ? 1 : 0, 9);
        if (form == 0) return "";

        double[] values = form == 1 ? [_g.Draw.Real(-1, 1)] : _g.Draw.Reals(_outputs, -1, 1);
        for (int i = 0; i < _outputs; i++) _biases[i] = beta * values[form == 1 ? 0 : i];
        return form == 1 ? _g.Constants.Scalar(values[0]) : _g.Constants.Row(values);
    }

    /// <summary>W of one output, as [n_in].</summary>
    internal string Vector() => _g.Constants.Vector(_weights);

    /// <summary>The bias of one output, as a scalar.</summary>
    internal string Bias() => _g.Constants.Point(_biases[0] = _g.Draw.Real(-1, 1));

    internal void Finish()
    {
        _g.Meaning.Linear(_weights, _biases);
        if (Activation != null) _g.Meaning.Activation(Activation);
    }

    /// <summary>‖v‖ along an axis, by one operator or by several.</summary>
    private string Norm(string v, int axis) => _g.Draw.Between(0, 2) switch
    {
        0 => _g.Node("Sqrt", OpsetForms.Reduce(_g, "ReduceSum", _g.Node("Mul", v, v), axis, keep: true)),
        1 => _g.Node("Sqrt", OpsetForms.Reduce(_g, "ReduceSumSquare", v, axis, keep: true)),
        _ => OpsetForms.Reduce(_g, "ReduceL2", v, axis, keep: true),
    };

    private static double Round(Span<double> weights, double scale)
    {
        foreach (ref double weight in weights) weight = Math.Round(weight / scale) * scale;
        return scale;
    }

    /// <summary>Integers of eight bits, times a number.</summary>
    private string Scaled(bool isTransposed)
    {
        double[] integers = Array.ConvertAll(_weights, weight => Math.Round(weight / _scale));
        bool fits = integers.All(integer => Math.Abs(integer) <= sbyte.MaxValue);
        string tensor = isTransposed
            ? _g.Constants.Plain(Type(fits), ConstantForms.Transposed(integers, [_inputs, _outputs]), _outputs, _inputs)
            : _g.Constants.Plain(Type(fits), integers, _inputs, _outputs);
        string reals = _g.Node("Cast", tensor);
        _g.With("to", _g.Type);
        return _g.Either("Mul", reals, _g.Constants.Point(_scale));
    }

    private static int Type(bool fitsByte) => fitsByte ? TensorTypes.SignedByte : TensorTypes.Integer32;

    /// <summary>Weight norm: g·v/‖v‖, with ‖v‖ of each output.</summary>
    private string Normalized(double[] values, bool isTransposed)
    {
        double[] rows = isTransposed ? ConstantForms.Transposed(values, [_inputs, _outputs]) : values;
        long[] shape = isTransposed ? [_outputs, _inputs] : [_inputs, _outputs];
        int axis = isTransposed ? 1 : 0;
        var norms = new double[_outputs];
        for (int k = 0; k < values.Length; k++) norms[k % _outputs] += values[k] * values[k];
        for (int i = 0; i < norms.Length; i++) norms[i] = Math.Sqrt(norms[i]);
        double scale = _g.Draw.Real(0.5, 2);
        string v = _g.Constants.Plain(_g.Type, Array.ConvertAll(rows, value => (double)(float)(value * scale)), shape);
        string norm = Norm(v, axis);
        string direction = _g.Node("Div", v, norm);
        return _g.Either("Mul", direction, _g.Constants.Plain(_g.Type, norms, isTransposed ? [_outputs, 1] : [1, _outputs]));
    }
}
