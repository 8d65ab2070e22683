using FastNN.Bench.Ensembles;
using FastNN.Bench.WholeNetworks;

namespace FastNN.Bench.Machine;

/// <summary>
/// What one call has to do, whoever does it: the demands of its phases, which follow one another, and how far its results wait for each
/// other. A network's work counts its products only; the sigmoids and biases come on top of it, unpaid.
/// </summary>
/// <param name="WorkingSet">Bytes that every call passes over, which decide the cache they live in.</param>
/// <param name="Chain">What must happen one after another before the next call can begin; nothing where calls are independent.</param>
/// <param name="Phases">One after another.</param>
internal sealed record Work(long WorkingSet, Chain Chain, params IReadOnlyList<Phase> Phases)
{
    /// <summary>Two operations, a multiplication and an addition, for each multiply-add.</summary>
    internal double Operations => 2 * MultiplyAdds;

    /// <summary>
    /// The multiply-adds without those of a step's update: of a network W·a, Wᵀδ and δ·a alone. The share of the peak counts these.
    /// </summary>
    internal double Products => MultiplyAdds - Updates;

    internal double Bytes => Phases.Sum(phase => phase.BytesRead + phase.BytesUpdated);

    private double MultiplyAdds => Phases.Sum(phase => phase.MultiplyAdds);

    private double Updates { get; init; }

    /// <summary>y = f(x).</summary>
    internal static Work OfActivation(Activation activation, long count)
    {
        var formula = ActivationFormula.Of(activation);
        var phase = new Phase(formula.Multiplications * count, formula.Divisions * count, Floats(count), Floats(count));
        return new(Floats(2 * count), default, phase);
    }

    /// <summary>δ = 2(a − y)·a(1 − a) and C = Σ(a − y)²: three multiplications an output.</summary>
    internal static Work OfOutputDelta(long count) =>
        new(Floats(3 * count), default, new Phase(3 * count, 0, Floats(2 * count), Floats(count)));

    /// <summary>w ← w − r·(scale·g).</summary>
    internal static Work OfGradientDescent(long count) =>
        new(Floats(2 * count), default, new Phase(2 * count, 0, Floats(count), Floats(count)));

    /// <summary>
    /// A layer back, δ⁻ = σ′·Wᵀδ, and the outer product δ·a: a multiply-add into a gradient beside w, or a product, and a multiply-add into
    /// w.
    /// </summary>
    internal static Work OfBackward(long inputs, long outputs, bool accumulates)
    {
        long weights = inputs * outputs + outputs, read = inputs + outputs + (accumulates ? weights : 0);
        return new(
            Floats(accumulates ? 2 * weights : weights), default,
            new Phase((accumulates ? 2 : 3) * inputs * outputs, 0, Floats(read), Floats(weights + inputs)));
    }

    /// <summary>A layer back on a batch: the deltas of the layer before alone.</summary>
    internal static Work OfTileBackward(long inputs, long outputs, long batch) => new(
        Floats(inputs * outputs), default,
        new Phase((double)batch * inputs * outputs, 0, Floats(inputs * outputs + batch * outputs), Floats(batch * inputs)));

    /// <summary>The gradient of a layer over a batch. A bias is the weight of one more input, which is 1.</summary>
    internal static Work OfBatchGradient(long inputs, long outputs, long batch)
    {
        long parameters = (inputs + 1) * outputs;
        return new(
            Floats(parameters), default, new Phase((double)batch * parameters, 0, Floats(batch * (inputs + outputs)), Floats(parameters)));
    }

    /// <summary>Each number read and written once.</summary>
    internal static Work OfTranspose(long neurons, long batch) =>
        new(Floats(2 * neurons * batch), default, new Phase(0, 0, Floats(neurons * batch), Floats(neurons * batch)));

    /// <summary>
    /// A batch forward. Calls are independent of one another. Each parameter is read at least once, each sample read and each prediction
    /// written once.
    /// </summary>
    internal static Work OfForward(ReadOnlySpan<int> widths, int batch) =>
        new(Floats(Parameters(widths)), default, ForwardPhase(widths, batch));

    /// <summary>
    /// A step on a batch: forward; then back, where each weight takes a product for the gradient and, but for the first layer, one for the
    /// delta, for each sample, and each parameter is updated once, by a multiply-add. The next step waits for the parameters. Adam updates
    /// two moments besides, in seven multiplications together, a division, and a root, which takes at least as long as one.
    /// </summary>
    internal static Work OfStep(ReadOnlySpan<int> widths, int batch, NetworkKind? kind = null)
    {
        kind ??= NetworkKind.Article;
        long parameters = Parameters(widths), weights = Weights(widths), samples = widths[0] + widths[^1];
        long state = (kind.Adam ? 3 : 1) * Floats(parameters), updates = (kind.Adam ? 7 : 1) * parameters;
        var back = new Phase(
            (double)batch * (2 * weights - widths[0] * widths[1]) + updates, kind.Adam ? 2 * parameters : 0, Floats(batch * samples),
            state);
        return new(state, StepChain(widths, batch, kind), ForwardPhase(widths, batch), back) { Updates = updates };
    }

    /// <summary>
    /// A call for all members of an ensemble, each on a batch of its own. The members do not wait for each other, so everything may happen
    /// side by side. The activations count here, unlike in a network's work.
    /// </summary>
    /// <param name="widths">Of each member.</param>
    /// <param name="batch">Samples of each member.</param>
    /// <param name="members">How many there are.</param>
    /// <param name="pass">Forward, or a step by an optimizer.</param>
    /// <param name="activation">Of all layers.</param>
    /// <param name="root">How many divisions take as long as a square root.</param>
    internal static Work OfMembers(ReadOnlySpan<int> widths, int batch, int members, MemberPass pass, Activation activation, double root)
    {
        Work alone = pass == MemberPass.Forward
            ? OfForward(widths, batch)
            : OfStep(widths, batch, pass == MemberPass.Adam ? NetworkKind.ClassifierByAdam : NetworkKind.Article);
        var formula = ActivationFormula.Of(activation);
        long activations = 0, parameters = Parameters(widths);
        foreach (int width in widths[1..]) activations += (long)batch * width;
        double divisions = formula.Divisions * activations + (pass == MemberPass.Adam ? (1 + root) * parameters : 0);
        double multiplications = formula.Multiplications * activations;
        var all = new Phase(
            members * (alone.MultiplyAdds + multiplications), members * divisions, members * alone.Phases.Sum(phase => phase.BytesRead),
            members * alone.Phases.Sum(phase => phase.BytesUpdated));
        if (pass != MemberPass.Forward) // the update finds the parameters that forward has read
            all = all with { BytesRead = members * Floats((long)batch * (widths[0] + widths[^1])) };
        long samples = Floats((long)batch * (widths[0] + widths[^1]));
        return new(members * (alone.WorkingSet + samples), default, all) { Updates = members * (alone.Updates + multiplications) };
    }

    private static Phase ForwardPhase(ReadOnlySpan<int> widths, int batch) => new(
        (double)batch * Weights(widths), 0, Floats(Parameters(widths) + (long)batch * widths[0]), Floats((long)batch * widths[^1]));

    /// <summary>
    /// The order of operations that the library promises: per layer a chain of products (four of them, and two additions, for at least 8
    /// inputs and at most 32 outputs), the activation; at the output a − y, with squared error times 2, times f′; per hidden layer a sum in
    /// sixteen lanes, folded four times, times f′; at last δ·a into the gradient, sample by sample, and the update.
    /// </summary>
    private static Chain StepChain(ReadOnlySpan<int> widths, int batch, NetworkKind kind)
    {
        var cost = CostFormula.Of(kind.Cost);
        int delta = cost.Gradient + (cost.TakesSums || kind.Output == Activation.Identity ? 0 : 1);
        Chain chain = new Chain(0, delta, 0) + UpdateChain(batch, kind.Adam);
        for (int l = 1; l < widths.Length; l++)
        {
            int inputs = widths[l - 1], outputs = widths[l];
            chain += inputs >= 8 && outputs <= 32 ? new Chain((inputs + 3) / 4, 2, 0) : new Chain(inputs, 0, 0);
            chain += ActivationFormula.Of(l == widths.Length - 1 ? kind.Output : kind.Hidden).Chain;
            if (l > 1) chain += new Chain((outputs + 15) / 16 + 1, 4, 0);
        }

        return chain;
    }

    /// <summary>
    /// Adam's goes through v: g, scaled if it is of a batch, (1 − β₂)·g·g into v, its root times c plus ε, m through that, and w.
    /// </summary>
    private static Chain UpdateChain(int batch, bool adam) =>
        adam ? new Chain(batch + 3, batch == 1 ? 2 : 3, 1) : new Chain(batch == 1 ? 1 : batch + 1, 1, 0);

    private static long Weights(ReadOnlySpan<int> widths)
    {
        long weights = 0;
        for (int l = 1; l < widths.Length; l++) weights += (long)widths[l - 1] * widths[l];
        return weights;
    }

    private static long Parameters(ReadOnlySpan<int> widths)
    {
        long parameters = Weights(widths);
        foreach (int width in widths[1..]) parameters += width;
        return parameters;
    }

    private static long Floats(long count) => count * sizeof(float);
}

/// <summary>Demands that the processor meets side by side.</summary>
/// <param name="MultiplyAdds">Multiplications with or without an addition.</param>
/// <param name="Divisions">Of floats.</param>
/// <param name="BytesRead">Only read.</param>
/// <param name="BytesUpdated">Written, be it after reading or not: a cache line is read before it is written.</param>
internal readonly record struct Phase(double MultiplyAdds, double Divisions, double BytesRead, double BytesUpdated);

/// <summary>
/// Operations each of which needs the result of the one before. An addition stands for a subtraction or multiplication as well.
/// </summary>
internal readonly record struct Chain(int MultiplyAdds, int Additions, int Divisions)
{
    public static Chain operator +(Chain a, Chain b) =>
        new(a.MultiplyAdds + b.MultiplyAdds, a.Additions + b.Additions, a.Divisions + b.Divisions);
}
