using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// Good files are damaged at random, but the same each time. Each one is loaded, or refused by <see cref="ModelFormatException"/>, soon and
/// within a megabyte. A trainer that refuses a file stays as it was. There are 20,000 files, or as many as the environment variable
/// <c>FASTNN_FUZZ</c> says.
/// </summary>
public class FileFuzzTests
{
    private static readonly string[] s_words =
    [
        "0", "1", "2", "4", "-1", "35", "4294967296", "9223372036854775807", "18446744073709551615", "1e3",
        "NaN", "null", "{}", "[]", "[", "]", "{", "}", "\"", ",",
        "F32", "F16", "BF16", "F64", "I8", "weight", "bias", "0.weight", "input_standardizer.mean",
        "output_standardizer.statistics", "optimizer.velocity", "__metadata__", "shape", "dtype",
        "data_offsets", "kernel", "1.running_mean", "running_var", "gamma", "W1", "coefs_0", "net.1",
        ":", "fit.best_parameters", "fastnn.version", "fastnn.samples", "Softmax", "Relu", "\\u0000", "\\uD800", "é", " ",
    ];

    /// <summary>Norms that fit the files with such names.</summary>
    private static readonly BatchNorm[] s_norm = [new("net.1") { After = "net.0" }];

    private static readonly BatchNorm[] s_norms = [new("net.1") { Before = "net.2" }, new("net.3") { After = "net.2", Epsilon = 0 }];

    private static readonly byte[][] s_seeds =
    [
        TensorFile.Saved(new Network([2, 4, 3, 2], Activation.Relu, Activation.Softmax, seed: 1)),
        TensorFile.Saved(new Network([5, 1], seed: 1)),
        TensorFile.Saved(
            new Network([3, 2], Activation.Relu, Activation.Identity, seed: 1)
            {
                InputStandardizer = Standardizer.Fit([1, 2, 3, 4, 5, 7], 3), OutputStandardizer = new Standardizer([1, 2], [3, 4]),
            }),
        Checkpoint(new Momentum(0.1f), new FitState { Epoch = 1, BestEpoch = 1, BestParameters = new float[35] }),
        Checkpoint(new Sgd(0.1f), null),
        TensorFile.Of(
            TensorFile.F32("net.0.weight", [3, 2], 1, 2, 3, 4, 5, 6), TensorFile.F32("net.2.weight", [1, 3], 1, 2, 3),
            TensorFile.F32("net.2.bias", [1], 1)),
        TensorFile.Of(
            TensorFile.F16("fc1.weight", [1, 2], 1, 2), TensorFile.BF16("fc1.bias", [1], 1), TensorFile.F64("fc2.weight", [1, 1], 1)),
        TensorFile.Of(
            TensorFile.F32("net.0.weight", [2, 3], 1, 2, 3, 4, 5, 6), TensorFile.F32("net.1.running_mean", [2], 1, 2),
            TensorFile.F16("net.1.running_var", [2], 1, 2), TensorFile.F32("net.1.bias", [2], 1, 2),
            TensorFile.F64("net.2.weight", [1, 2], 1, 2)),
        TensorFile.Of(
            TensorFile.F64("net.0.kernel", [1, 2], 1, 2), TensorFile.F32("net.0.bias", [1, 2], 1, 2),
            TensorFile.F64("net.1.running_mean", [2], 1, 2), TensorFile.F64("net.1.running_var", [2], 1, 2),
            TensorFile.F32("net.2.kernel", [2, 1], 1, 2), TensorFile.F32("net.3.running_mean", [1], 3),
            TensorFile.F32("net.3.running_var", [1], 3), new("net.3.num_batches_tracked", "I64", [], new byte[8])),
        TensorFile.Of(
            TensorFile.F32("W1", [1, 2], 1, 2), TensorFile.F32("b1", [2], 1, 2), TensorFile.F32("W2", [2, 2], 1, 2, 3, 4),
            TensorFile.F32("b2", [2, 1], 5, 6)),
    ];

    [Fact]
    public void Damaged_files_are_loaded_or_refused()
    {
        int files = int.Parse(Environment.GetEnvironmentVariable("FASTNN_FUZZ") ?? "20000", CultureInfo.InvariantCulture), loaded = 0;
        var trainer = new Trainer(new Network([2, 4, 3, 2], seed: 3), new Momentum(0.1f));
        float[] before = trainer.Network.Parameters.ToArray();
        for (int seed = 0; seed < files; seed++) LoadOne(seed);
        Assert.InRange(loaded, files / 100, files); // not all are refused at the first byte

        void LoadOne(int seed)
        {
            var random = new Random(seed);
            byte[] good = s_seeds[random.Next(s_seeds.Length)], file = Damaged(good, random);
            TimeSpan began = ThreadTime.Now;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            LoadOptions options = OptionsFor(TensorFile.HeaderOf(good), seed);
            try
            {
                Load(trainer, file, seed, options);
                if (seed % 4 == 0) before = trainer.Network.Parameters.ToArray();
                loaded++;
            }
            catch (ModelFormatException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
            catch (Exception exception)
            {
                Assert.Fail($"The file of seed {seed} leads to {exception}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 3 * file.Length + (1 << 20));
            NoHang.Assert(began, () => Load(trainer, file, seed, options), $"The file of seed {seed}");
            Cases.AssertSameBits(before, trainer.Network.Parameters, $"parameters after the file of seed {seed}");
        }
    }

    /// <summary>Options that fit the file before its changes. One of five times they fit other files.</summary>
    private static LoadOptions OptionsFor(string header, int seed)
    {
        bool fit = seed % 5 > 0, isOwn = header.Contains("fastnn.version");
        Activation? given = isOwn == fit ? null : Activation.Relu;
        return new LoadOptions
        {
            Verify = seed % 3 > 0,
            Hidden = given,
            Output = given,
            Layers = !isOwn && header.Contains("net.0") && seed % 7 == 0 ? ["net.0", "net.2"] : null,
            Norms = header.Contains("net.3") == fit ? s_norms : header.Contains("net.1") == fit ? s_norm : null,
        };
    }

    private static void Load(Trainer trainer, byte[] file, int seed, LoadOptions options)
    {
        if (seed % 4 == 0) trainer.Load(new MemoryStream(file), options.Verify);
        else if (seed % 4 == 1) Network.Load(new Trickle(file, 1 + seed % 100), options);
        else Network.Load(file, options);
    }

    /// <summary>A file after up to four changes. In most cases its length and checksums are made to fit again.</summary>
    internal static byte[] Damaged(byte[] good, Random random)
    {
        List<byte> header = [.. Encoding.UTF8.GetBytes(TensorFile.HeaderOf(good))], data = [.. TensorFile.DataOf(good)];
        for (int changes = random.Next(1, 5); changes > 0; changes--) Change(random.Next(4) == 0 ? data : header, random);
        byte[] file = TensorFile.Of([.. header], [.. data]);
        if (random.Next(3) > 0) file = WithChecksums(file);
        if (random.Next(10) == 0) BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)random.NextInt64() >> random.Next(64));
        return random.Next(10) == 0 ? file[..random.Next(file.Length)] : file;
    }

    private static void Change(List<byte> bytes, Random random)
    {
        if (bytes.Count == 0) return;

        int at = random.Next(bytes.Count), count = Math.Min(random.Next(1, 40), bytes.Count - at);
        byte[] word = Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]);
        switch (random.Next(7))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes.RemoveRange(at, count); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - count + 1), count)); break;
            case 4: bytes.InsertRange(at, word); break;
            case 5: ReplaceNumber(bytes, at, word); break;
            default:
                for (int k = 0; k < word.Length && at + k < bytes.Count; k++) bytes[at + k] = word[k];
                break;
        }
    }

    /// <summary>Replaces the next number by another word.</summary>
    private static void ReplaceNumber(List<byte> bytes, int at, byte[] word)
    {
        int from = bytes.FindIndex(at, value => char.IsAsciiDigit((char)value));
        if (from < 0) return;

        int to = bytes.FindIndex(from, value => !char.IsAsciiDigit((char)value));
        bytes.RemoveRange(from, (to < 0 ? bytes.Count : to) - from);
        bytes.InsertRange(from, word);
    }

    private static byte[] WithChecksums(byte[] file)
    {
        try
        {
            return HostileFileTests.WithChecksum(file);
        }
        catch (Exception exception)
            when (exception is System.Text.Json.JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            return file; // which is too broken to have any
        }
    }

    private static byte[] Checkpoint(Optimizer optimizer, FitState? state)
    {
        using var stream = new MemoryStream();
        new Trainer(new Network([2, 4, 3, 2], seed: 1), optimizer).Save(stream, state);
        return stream.ToArray();
    }
}
