using System.Diagnostics;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// One thread saves two networks by turns to one path, and another one loads from it. No save fails, no load fails, and each load is one of
/// the two networks.
/// </summary>
public sealed class SavesBesideLoadsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastnn").FullName;

    private string FilePath => Path.Combine(_folder, "network");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Networks() => SaveAndLoad(network => network.Save(FilePath), () => Network.Load(FilePath));

    [Fact]
    public void Models_of_ONNX() => SaveAndLoad(network => OnnxModel.Save(network, FilePath), () => OnnxModel.Load(FilePath));

    [Fact]
    public void Checkpoints()
    {
        Trainer loads = NewTrainer(NewNetwork(3));
        SaveAndLoad(network => NewTrainer(network).Save(FilePath), () =>
        {
            Assert.Null(loads.Load(FilePath));
            return loads.Network;
        });

        static Trainer NewTrainer(Network network) => new(network, new Sgd(0.1f));
    }

    private void SaveAndLoad(Action<Network> save, Func<Network> load)
    {
        Network[] networks = [NewNetwork(1), NewNetwork(2)];
        int saves = 0, loads = 0;
        bool ends = false;
        save(networks[1]);
        Together.Run(2, thread =>
        {
            if (thread == 0) Save();
            else Load();
        });
        Assert.True(saves > 1 && loads > 1, $"{saves} saves, {loads} loads");
        Assert.Equal([FilePath], Directory.GetFileSystemEntries(_folder));

        void Save()
        {
            try
            {
                for (long began = Stopwatch.GetTimestamp(); saves < 2 || Stopwatch.GetElapsedTime(began).TotalSeconds < 0.7; saves++)
                    save(networks[saves % 2]);
            }
            finally
            {
                Volatile.Write(ref ends, true);
            }
        }

        void Load()
        {
            for (; loads < 2 || !Volatile.Read(ref ends); loads++)
            {
                Network loaded = load();
                Assert.Contains(networks, network => network.Parameters.SequenceEqual(loaded.Parameters));
            }
        }
    }

    private static Network NewNetwork(int seed) => new([64, 32, 10], seed);
}
