using FastNN.Bench.Machine;
using FastNN.Bench.WholeNetworks;
using Xunit;

namespace FastNN.Tests.Bench;

/// <summary>
/// The bench's model of what limits a call. The rules are tested on an invented machine. The counts are compared with loops that count.
/// </summary>
public class RooflineTests
{
    private const double MultiplyAddLatency = 4, AddLatency = 3, DivideLatency = 11;

    /// <summary>
    /// In a nanosecond the machine makes 50 multiply-adds or 8 divisions. L1 reads 200 bytes and updates 100. L2 does half of that.
    /// </summary>
    private static readonly Roofline s_roofline = new(new LimitFigures(
        MultiplyAddLatency,
        AddLatency,
        DivideLatency,
        GigaDivisions: 8,
        Gigaflops: new Dictionary<string, double> { ["Scalar"] = 10, ["Vector512"] = 100, ["Vector128"] = 50 },
        Bandwidths: [new("L1", 1000, 200, 100), new("L2", 5000, 100, 50)]));

    [Fact]
    public void The_slowest_of_what_runs_side_by_side_limits_a_phase()
    {
        Assert.Equal(new Limit(Roofline.MultiplyAdds, 10), s_roofline.LimitOf(new Work(0, default, new Phase(500, 79, 1000, 900))));
        Assert.Equal(new Limit(Roofline.Divisions, 10), s_roofline.LimitOf(new Work(0, default, new Phase(499, 80, 1000, 900))));
        Assert.Equal(new Limit("L1 read", 10), s_roofline.LimitOf(new Work(0, default, new Phase(499, 79, 1100, 900))));
        Assert.Equal(new Limit("L1 update", 10), s_roofline.LimitOf(new Work(0, default, new Phase(499, 79, 900, 1000))));
    }

    [Fact]
    public void Phases_add_up_and_the_longest_names_the_limit() =>
        Assert.Equal(
            new Limit(Roofline.MultiplyAdds, 17),
            s_roofline.LimitOf(new Work(0, default, new Phase(500, 0, 0, 0), new Phase(0, 0, 1400, 0))));

    [Fact]
    public void A_chain_longer_than_the_phases_limits()
    {
        var phase = new Phase(500, 0, 0, 0);
        Assert.Equal(new Limit(Roofline.Latency, 18), s_roofline.LimitOf(new Work(0, new Chain(1, 1, 1), phase)));
        Assert.Equal(new Limit(Roofline.MultiplyAdds, 10), s_roofline.LimitOf(new Work(0, new Chain(1, 2, 0), phase)));
    }

    [Theory]
    [InlineData(1, "L1 read", 1)]
    [InlineData(1000, "L1 read", 1)]
    [InlineData(1001, "L2 read", 2)]
    [InlineData(5000, "L2 read", 2)]
    [InlineData(9999, "L2 read", 2)]
    public void Bandwidth_is_that_of_the_smallest_buffer_that_holds_the_working_set(long workingSet, string limit, double nanoseconds) =>
        Assert.Equal(new Limit(limit, nanoseconds), s_roofline.LimitOf(new Work(workingSet, default, new Phase(0, 0, 200, 0))));

    [Fact]
    public void What_is_reached_is_in_the_unit_of_the_limit()
    {
        var phase = new Phase(500, 0, 600, 200);
        Assert.Equal(new Reached(Roofline.MultiplyAdds, 0.5, 50, "GFLOP/s"), s_roofline.Reach(new Work(0, default, phase), 20));
        Assert.Equal(new Reached(Roofline.Latency, 0.5, 25, "GFLOP/s"), s_roofline.Reach(new Work(0, new Chain(5, 0, 0), phase), 40));
        Assert.Equal(
            new Reached("L2 read", 0.5, 50, "GB/s"), s_roofline.Reach(new Work(2000, default, phase with { MultiplyAdds = 1 }), 16));
    }

    [Fact]
    public void Each_activation_and_each_cost_has_its_formula()
    {
        Assert.Equal(Activation.All, ActivationFormula.Known.OrderBy(activation => activation.Name, StringComparer.Ordinal));
        Assert.Equal(Cost.All, CostFormula.Known.OrderBy(cost => cost.Name, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Networks_count_their_products_and_bytes(int[] widths, int batch)
    {
        long forward = 0, back = 0, parameters = 0;
        for (int l = 1; l < widths.Length; l++)
        {
            for (int i = 0; i < widths[l]; i++)
            {
                parameters++;
                for (int j = 0; j < widths[l - 1]; j++)
                {
                    parameters++;
                    forward += batch;
                    back += batch;
                    if (l > 1) back += batch;
                }
            }
        }

        var forwardPhase = new Phase(forward, 0, 4 * (parameters + batch * widths[0]), 4 * batch * widths[^1]);
        Assert.Equal([forwardPhase], Work.OfForward(widths, batch).Phases);
        Assert.Equal([forwardPhase, new Phase(back + parameters, 0, 4 * batch * (widths[0] + widths[^1]), 4 * parameters)],
            Work.OfStep(widths, batch).Phases);
        Assert.Equal(4 * parameters, Work.OfStep(widths, batch).WorkingSet);
    }

    /// <summary>
    /// One multiply-add for each weight and sample in W·a and in δ·a, and behind the first layer also in Wᵀδ. Biases, sigmoids and the
    /// update count none.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Products_are_those_of_matrices(int[] widths, int batch)
    {
        long forward = 0, step = 0;
        for (int s = 0; s < batch; s++)
        {
            for (int l = 1; l < widths.Length; l++)
            {
                for (int i = 0; i < widths[l]; i++)
                {
                    for (int j = 0; j < widths[l - 1]; j++)
                    {
                        forward++;
                        step += l > 1 ? 3 : 2;
                    }
                }
            }
        }

        Assert.Equal(forward, Work.OfForward(widths, batch).Products);
        Assert.Equal(step, Work.OfStep(widths, batch).Products);
        Assert.Equal(forward / 50.0, s_roofline.OfPeak(Work.OfForward(widths, batch), nanoseconds: 1));
        Assert.Equal(step / 200.0, s_roofline.OfPeak(Work.OfStep(widths, batch), nanoseconds: 2, cores: 2));
    }

    [Fact]
    public void Products_of_a_kernel_are_all_its_multiply_adds() =>
        Assert.Equal(79 + 500, new Work(0, default, new Phase(500, 0, 0, 0), new Phase(79, 0, 0, 0)).Products);

    /// <summary>Activations, cost and optimizer do not change the products. So they do not change the share of the peak.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_kind_has_the_same_products(int[] widths, int batch) =>
        Assert.All(
            NetworkKind.Others, kind => Assert.Equal(Work.OfStep(widths, batch).Products, Work.OfStep(widths, batch, kind).Products));

    /// <summary>Seven multiplications update w, m and v of each parameter. The gradient is read on the way.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Adam_updates_three_times_the_bytes(int[] widths, int batch)
    {
        Work sgd = Work.OfStep(widths, batch, NetworkKind.Classifier), adam = Work.OfStep(widths, batch, NetworkKind.ClassifierByAdam);
        long parameters = sgd.WorkingSet / 4;
        Assert.Equal(3 * sgd.WorkingSet, adam.WorkingSet);
        Assert.Equal(sgd.Phases[0], adam.Phases[0]);
        Phase back = sgd.Phases[1];
        Assert.Equal(
            back with
            {
                MultiplyAdds = back.MultiplyAdds + 6 * parameters,
                Divisions = 2 * parameters,
                BytesUpdated = 3 * back.BytesUpdated,
            },
            adam.Phases[1]);
    }

    /// <summary>
    /// Checks a step's chain against the order of operations itself. The test computes with times instead of numbers: how much later are
    /// the first layer's weights ready after one more step? (Under Adam the chain leads through v. It is as old as the weights.)
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void The_chain_of_a_step_is_its_longest_path(int[] widths, int batch)
    {
        foreach (NetworkKind kind in NetworkKind.Others.Append(NetworkKind.Article))
        {
            double[] ready = new double[widths.Length];
            double before = Step(widths, batch, kind, ready), after = Step(widths, batch, kind, ready);
            Chain chain = Work.OfStep(widths, batch, kind).Chain;
            Assert.Equal(
                after - before, chain.MultiplyAdds * MultiplyAddLatency + chain.Additions * AddLatency + chain.Divisions * DivideLatency);
        }
    }

    public static TheoryData<int[], int> Networks()
    {
        var networks = new TheoryData<int[], int>();
        foreach (int[] widths in (int[][])[[1, 1], [2, 4, 3, 2], [8, 16, 16, 1], [17, 33, 9, 5], [7, 33, 8, 32], [40, 100, 50, 33, 3]])
        {
            networks.Add(widths, 1);
            networks.Add(widths, 5);
        }

        return networks;
    }

    /// <summary>
    /// Moves the times at which the parameters of each layer are ready on by one step. All neurons of a layer are alike. Returns the time
    /// of the first layer.
    /// </summary>
    private static double Step(int[] widths, int batch, NetworkKind kind, double[] ready)
    {
        double a = 0;
        for (int l = 1; l < widths.Length; l++)
        {
            bool fourChains = widths[l - 1] >= 8 && widths[l] <= 32;
            double z = ready[l];
            for (int j = 0; j < widths[l - 1]; j += fourChains ? 4 : 1) z = MultiplyAdd(z, Math.Max(a, ready[l]));
            if (fourChains) z = Add(Add(z));
            Activation activation = l == widths.Length - 1 ? kind.Output : kind.Hidden;
            a = activation == Activation.Sigmoid ? Sigmoid(z)
                : activation == Activation.Tanh ? Tanh(z)
                : activation == Activation.Softmax ? Softmax(z)
                : z;
        }

        double delta = Add(a); // a − y
        if (kind.Output == Activation.Identity) delta = Add(delta); // twice that
        if (kind.Output == Activation.Sigmoid) delta = Add(Add(delta)); // 1 − a, times a, times 2(a − y)
        for (int l = widths.Length - 1; l > 0; l--)
        {
            double sum = 0, gradient = delta;
            for (int i = 0; i < widths[l]; i += 16) sum = MultiplyAdd(sum, Math.Max(delta, ready[l]));
            double before = MultiplyAdd(Add(Add(Add(Add(sum)))), 0);
            if (batch > 1 || kind.Adam)
            {
                for (int s = 0; s < batch; s++) gradient = MultiplyAdd(gradient, delta);
            }

            if (batch > 1 || !kind.Adam) gradient = Add(gradient); // by scale, or δ by a
            // (1 − β₂)·g, times g, v, √v·c + ε, below m
            if (kind.Adam) gradient = MultiplyAdd(MultiplyAdd(Add(Add(gradient)), 0), 0) + DivideLatency;
            ready[l] = MultiplyAdd(ready[l], gradient);
            delta = before;
        }

        return ready[1];
    }

    private static double Sigmoid(double x)
    {
        double rounded = MultiplyAdd(x, 0), i = Add(rounded), t = MultiplyAdd(MultiplyAdd(i, x), i), q = MultiplyAdd(MultiplyAdd(t, 0), t);
        return Add(MultiplyAdd(Add(t), q)) + DivideLatency;
    }

    /// <summary>The last multiply-add and the division run side by side for numerator and denominator.</summary>
    private static double Tanh(double z)
    {
        double rounded = MultiplyAdd(z, 0), i = Add(rounded), t = Add(MultiplyAdd(i, z)),
            q = MultiplyAdd(MultiplyAdd(MultiplyAdd(t, 0), t), t);
        return MultiplyAdd(Add(t), q) + DivideLatency;
    }

    /// <summary>
    /// z − max, then its power of e. The power is added to its lane, and the lanes are folded four times. Then comes the inverse of the
    /// sum, times the power.
    /// </summary>
    private static double Softmax(double z)
    {
        double x = Add(z), i = Add(MultiplyAdd(x, 0)), t = MultiplyAdd(MultiplyAdd(i, x), i), q = MultiplyAdd(MultiplyAdd(t, 0), t);
        double sum = Add(Add(Add(Add(Add(MultiplyAdd(Add(t), q))))));
        return Add(sum + DivideLatency);
    }

    private static double MultiplyAdd(double a, double b) => Math.Max(a, b) + MultiplyAddLatency;

    private static double Add(double a) => a + AddLatency;
}
