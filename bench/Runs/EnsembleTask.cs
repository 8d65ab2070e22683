using FastNN.Bench.Machine;

namespace FastNN.Bench.Runs;

/// <summary>Work for many networks: forward, or a step by an optimizer, in a loop and as an ensemble.</summary>
internal abstract class EnsembleTask
{
    private readonly float[] _x, _y;
    private readonly Network[] _networks;
    private readonly NetworkEnsemble _ensemble;

    private EnsembleTask(int[] widths, int count, int batch)
    {
        (Widths, Count, Batch) = (widths, count, batch);
        _ensemble = new NetworkEnsemble(widths, Activation.Sigmoid, Activation.Sigmoid, count, seed: 1);
        _networks = [.. Enumerable.Range(0, count).Select(i => new Network(widths, Activation.Sigmoid, Activation.Sigmoid, 1 + i))];
        var random = new Random(1);
        _x = [.. Enumerable.Range(0, count * batch * widths[0]).Select(_ => random.NextSingle() - 0.5f)];
        _y = [.. Enumerable.Range(0, count * batch * widths[^1]).Select(_ => random.NextSingle())];
    }

    internal int[] Widths { get; }

    internal int Count { get; }

    internal int Batch { get; }

    internal abstract string Name { get; }

    internal static IEnumerable<EnsembleTask> All(int[] widths, int count, int batch) =>
    [
        new Forward(widths, count, batch), new Steps("SGD", new Sgd(1e-3f), 1, widths, count, batch),
        new Steps("Adam", new Adam(1e-4f), 3, widths, count, batch),
    ];

    internal void Loop()
    {
        for (int i = 0; i < Count; i++) Alone(i);
    }

    internal void LoopInParallel() => Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, Alone);

    internal abstract void Together(int threads);

    /// <summary>Throws if a member has not the bits of its network, after the same work.</summary>
    internal void Check()
    {
        Loop();
        Together(threads: 1);
        Network member = _networks[0].Clone();
        for (int i = 0; i < Count; i++)
        {
            _ensemble.Read(i, member);
            if (!member.Parameters.SequenceEqual(_networks[i].Parameters) || !HasSameResult(i))
                throw new InvalidOperationException($"Member {i} of {_ensemble} is not its network.");
        }
    }

    /// <summary>What the ensemble takes at least on one thread: multiply-adds, divisions or memory.</summary>
    internal double LeastNanoseconds(LimitFigures limits)
    {
        double passes = Moments == 0 ? 1 : 3, parameters = Count * (double)_networks[0].Parameters.Length;
        double work = 2 * passes * parameters * Batch / limits.Gigaflops[$"{Kernels.Default}"];
        double divided = Count * (double)Batch * Widths.Skip(1).Sum() + (Moments == 3 ? parameters : 0);
        double bytes = sizeof(float) * parameters * Math.Max(Moments, 1);
        Bandwidth bandwidth = limits.Bandwidths.FirstOrDefault(set => set.Bytes >= bytes) ?? limits.Bandwidths[^1];
        double memory = bytes / (Moments == 0 ? bandwidth.Read : bandwidth.Update);
        return Math.Max(Math.Max(work, memory), divided / limits.GigaDivisions);
    }

    /// <summary>How many numbers are updated for each parameter; 0 if none is.</summary>
    private protected virtual int Moments => 0;

    private protected abstract void Alone(int member);

    private protected abstract bool HasSameResult(int member);

    private Span<float> InputsOf(int member) => _x.AsSpan(member * Batch * Widths[0], Batch * Widths[0]);

    private Span<float> OutputsOf(float[] all, int member) => all.AsSpan(member * Batch * Widths[^1], Batch * Widths[^1]);

    private sealed class Forward(int[] widths, int count, int batch) : EnsembleTask(widths, count, batch)
    {
        private readonly float[] _alone = new float[count * batch * widths[^1]], _together = new float[count * batch * widths[^1]];

        internal override string Name => "forward";

        internal override void Together(int threads) => _ensemble.Forward(_x, _together, threads);

        private protected override void Alone(int member) => _networks[member].Forward(InputsOf(member), OutputsOf(_alone, member));

        private protected override bool HasSameResult(int member) =>
            OutputsOf(_alone, member).SequenceEqual(OutputsOf(_together, member));
    }

    private sealed class Steps : EnsembleTask
    {
        private readonly float[] _alone, _together;
        private readonly Trainer[] _trainers;
        private readonly EnsembleTrainer _one, _two;

        internal Steps(string name, Optimizer optimizer, int moments, int[] widths, int count, int batch)
            : base(widths, count, batch)
        {
            (Name, Moments) = (name, moments);
            (_alone, _together) = (new float[count], new float[count]);
            _trainers = [.. _networks.Select(network => new Trainer(network, optimizer))];
            (_one, _two) = (new EnsembleTrainer(_ensemble, optimizer), new EnsembleTrainer(_ensemble, optimizer, threads: 2));
        }

        internal override string Name { get; }

        private protected override int Moments { get; }

        internal override void Together(int threads) => (threads == 1 ? _one : _two).Step(_x, _y, _together);

        private protected override void Alone(int member) =>
            _alone[member] = _trainers[member].Step(InputsOf(member), OutputsOf(_y, member));

        private protected override bool HasSameResult(int member) => _alone[member] == _together[member];
    }
}
