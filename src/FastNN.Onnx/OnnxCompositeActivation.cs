namespace FastNN.Onnx;

/// <summary>
/// Reads activations that exporters write as several operators, with operands and factors in any order: z·Sigmoid(z) (SiLU) and ½·z·(1 +
/// Erf(z/√2)) (GELU). Each value between start and end is a <see cref="Term"/>. The activation ends when all values except the last one
/// have been read, and the last one is an activation.
/// </summary>
internal sealed class OnnxCompositeActivation(OnnxGraph graph)
{
    private const int MostOperations = 12, MostReaders = 4;
    private const string Forms = "z·Sigmoid(z) (SiLU) and ½·z·(1 + Erf(z/√2)) (GELU)";
    private const string Unknown = $"it is not part of a known activation of several operators; {Forms} are supported";
    private readonly List<(OnnxValue Value, Term Term)> _terms = [];
    private readonly List<OnnxOperation> _passed = [];

    private enum Function
    {
        None,
        Sigmoid,
        Erf,
        OnePlusErf,
    }

    /// <summary>The activation that begins at a value, and the value at which it ends.</summary>
    internal (Activation Activation, OnnxValue End) Read(OnnxValue start)
    {
        if (start.Readings > MostReaders)
            throw start.ReaderOf(1).Fault($"it and {start.Readings - 1} others read {start}; branches are not supported");

        _passed.Clear();
        _terms.Clear();
        _terms.Add((start, Term.Z));
        while (_passed.Count < MostOperations)
        {
            OnnxOperation operation = Next();
            OnnxValue end = graph.ValueOf(operation.Outputs[0]);
            Term term = Evaluate(operation);
            _passed.Add(operation);
            bool isEnd = true;
            foreach ((OnnxValue value, _) in _terms)
            {
                if (value == graph.Output) throw operation.Fault("it reads the graph's output; branches are not supported");
                for (int k = 0; k < value.Readings; k++) isEnd &= _passed.Contains(value.ReaderOf(k));
            }

            _terms.Add((end, term));
            if (isEnd && term.Activation is { } activation) return (activation, end);
        }

        throw _passed[^1].Fault(Unknown);
    }

    /// <summary>An operation whose operands are all known.</summary>
    private OnnxOperation Next()
    {
        OnnxOperation? waiting = null;
        foreach ((OnnxValue value, _) in _terms)
        {
            for (int k = 0; k < value.Readings; k++)
            {
                OnnxOperation reader = value.ReaderOf(k);
                if (_passed.Contains(reader)) continue;
                if (reader.Type is not ("Sigmoid" or "Erf" or "Mul" or "Div" or "Add"))
                {
                    throw reader.Fault(
                        value.Readings > 1 ? $"it and others read {value}; branches are not supported, except in {Forms}" : Unknown);
                }

                int operands = reader.Type is "Sigmoid" or "Erf" ? 1 : 2;
                reader.Expect(operands, operands);
                if (IsKnown(reader.Inputs[0]) && IsKnown(reader.Inputs[operands - 1])) return reader;
                waiting = reader;
            }
        }

        throw (waiting ?? _passed[^1]).Fault(Unknown);
    }

    private bool IsKnown(string name) => graph.IsConstant(name) || TermOf(name) != null;

    private Term Evaluate(OnnxOperation operation)
    {
        Term first = Operand(operation, 0);
        Term? result = operation.Type switch
        {
            "Sigmoid" => first.Of(Function.Sigmoid),
            "Erf" => first.Of(Function.Erf),
            "Mul" => first.Times(Operand(operation, 1)),
            "Div" => first.Over(Operand(operation, 1)),
            _ => first.Plus(Operand(operation, 1)) ?? Operand(operation, 1).Plus(first),
        };
        return result ?? throw operation.Fault(Unknown);
    }

    private Term Operand(OnnxOperation operation, int k)
    {
        string name = operation.Inputs[k];
        if (TermOf(name) is { } term) return term;
        OnnxConstant constant = graph.ConstantOf(operation, name);
        if (!constant.IsOfReals || constant.Count != 1)
            throw operation.Fault($"its input {OnnxFault.Quote(name)} must be one FLOAT or DOUBLE, but is {constant}");
        return new Term(constant.First);
    }

    private Term? TermOf(string name)
    {
        foreach ((OnnxValue value, Term term) in _terms)
        {
            if (value.Name == name) return term;
        }

        return null;
    }

    /// <summary>c·zᵖ·f(k·z), with p = 0 or 1. A null term stands for anything else.</summary>
    private readonly record struct Term(double C, int P = 0, Function F = Function.None, double K = 0)
    {
        private const double Rounding = 1e-6; // of constants, because they are floats

        internal static Term Z => new(1, 1);

        internal Activation? Activation => this switch
        {
            { C: 1, P: 1, F: Function.Sigmoid, K: 1 } => FastNN.Activation.Silu,
            { P: 1, F: Function.OnePlusErf } when IsNear(C, 0.5) && IsNear(K, Math.Sqrt(0.5)) => FastNN.Activation.Gelu,
            _ => null,
        };

        internal Term? Of(Function f) => this is { P: 1, F: Function.None } ? new Term(1, 0, f, C) : null;

        internal Term? Times(Term other) =>
            P + other.P <= 1 && (F == Function.None || other.F == Function.None)
                ? new Term(C * other.C, P + other.P, F == Function.None ? other.F : F, K + other.K)
                : null;

        internal Term? Over(Term other) => other is { P: 0, F: Function.None } ? this with { C = C / other.C } : null;

        internal Term? Plus(Term other) =>
            this is { P: 0, F: Function.Erf } && other is { P: 0, F: Function.None } && IsNear(C, other.C)
                ? this with { F = Function.OnePlusErf }
                : null;

        private static bool IsNear(double value, double exact) => Math.Abs(value - exact) <= Rounding * Math.Abs(exact);
    }
}
