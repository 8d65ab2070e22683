namespace FastNN.Tests.Api;

/// <summary>
/// One thread trains a network and publishes it after each step. Other threads compute with the served network. They always take the same
/// two samples, by turns alone or in a batch. The outputs of a publication are known before it is made.
/// </summary>
/// <param name="network">What is trained.</param>
/// <param name="publications">How often it is published.</param>
/// <param name="series">The calls that a reader makes before it gives up its core.</param>
/// <param name="readers">Threads that compute.</param>
internal sealed class TrainingBesideServing(Network network, int publications, int series, int readers)
{
    private const int Pace = 100, MostTogether = 40;
    private readonly Trainer _trainer = new(network, new Sgd(0.5f), threads: 2);
    private readonly ServedNetwork _served = new(network);
    private readonly int _n = network.Inputs, _m = network.Outputs;
    private readonly float[] _samples =
        [.. Enumerable.Repeat(Cases.Uniform(1, 2 * network.Inputs), MostTogether / 2).SelectMany(pair => pair)];
    private readonly float[] _targets = Cases.Uniform(2, 2 * network.Outputs);
    private readonly float[] _expected = new float[(publications + 1) * 2 * network.Outputs]; // of both samples for each publication
    private readonly int[] _calls = new int[readers], _changes = new int[readers];
    private int _published, _different, _backwards;
    private long _allocated;
    private volatile bool _done;

    internal int Paces => publications / Pace;

    /// <summary>How many outputs were not those of the publication whose number the call returned.</summary>
    internal int Different => _different;

    /// <summary>How many calls returned a smaller number than an earlier call on the same thread.</summary>
    internal int Backwards => _backwards;

    internal long Allocated => _allocated;

    /// <summary>For each reader, how many calls returned a larger number than the call before.</summary>
    internal int FewestChanges => _changes.Min();

    internal void Run()
    {
        Expect();
        Together.Run(readers + 1, Run);
    }

    /// <summary>Thread 0 publishes. The other threads read.</summary>
    private void Run(int thread)
    {
        try
        {
            if (thread == 0) Publish();
            else Read(thread - 1);
        }
        finally
        {
            _done = true; // nobody waits for a thread that failed
        }
    }

    private void Publish()
    {
        var seen = new int[readers];
        while (_published < publications)
        {
            Interlocked.Add(ref _allocated, FastNN.Bench.Machine.Allocated.Fewest(PublishSome));

            // The publisher lets each reader go on before the next publication, so that a reader sees many of them.
            _calls.CopyTo(seen, 0);
            for (int reader = 0; reader < readers; reader++)
            {
                while (Volatile.Read(ref _calls[reader]) == seen[reader] && !_done) Thread.Yield();
            }
        }
    }

    private void PublishSome()
    {
        for (int k = 0; k < Pace && _published < publications; k++)
        {
            _trainer.Step(_samples.AsSpan(0, 2 * _n), _targets);
            _published++;
            Expect();
            _served.Publish(network);
        }
    }

    private void Expect() => network.Forward(_samples.AsSpan(0, 2 * _n), _expected.AsSpan(_published * 2 * _m, 2 * _m));

    private void Read(int reader)
    {
        var outputs = new float[MostTogether * _m];
        long last = 0;
        while (!_done) Interlocked.Add(ref _allocated, FastNN.Bench.Machine.Allocated.Fewest(ReadSome));

        void ReadSome()
        {
            for (int call = 0; call < series; call++)
            {
                int batch = call % 16 == 0 ? MostTogether : 1;
                long publication = _served.Forward(_samples.AsSpan(0, batch * _n), outputs.AsSpan(0, batch * _m), threads: 2);
                Compare(outputs.AsSpan(0, batch * _m), (int)publication);
                if (publication < last) Interlocked.Increment(ref _backwards);
                if (publication > last) _changes[reader]++;
                last = publication;
                Volatile.Write(ref _calls[reader], _calls[reader] + 1);
            }

            // Give up the core here. A thread that does not loses it, mostly in the middle of a call. Then the publisher waits for
            // milliseconds until that thread runs again.
            Thread.Yield();
        }
    }

    private void Compare(ReadOnlySpan<float> outputs, int publication)
    {
        ReadOnlySpan<float> expected = _expected.AsSpan(publication * 2 * _m, 2 * _m);
        for (int k = 0; k < outputs.Length; k += _m)
        {
            if (!Cases.SameBits(expected.Slice(k % expected.Length, _m), outputs.Slice(k, _m))) Interlocked.Increment(ref _different);
        }
    }
}
