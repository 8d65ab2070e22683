using System.Buffers.Binary;
using FastNN.Hardware;
using Xunit;

namespace FastNN.Tests.Hardware;

/// <summary>What operating systems say of caches. Each form is read on any system, here from made-up answers.</summary>
public sealed class SystemCachesTests : IDisposable
{
    private const int Cache = 2, Unified = 0, Instructions = 1, Data = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("fastnn").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Linux_has_text_files()
    {
        Linux("index0", ("level", "1\n"), ("type", "Data\n"), ("size", "48K\n"), ("coherency_line_size", "64\n"));
        Linux("index1", ("level", "1\n"), ("type", "Instruction\n"), ("size", "32K\n"), ("coherency_line_size", "32\n"));
        Linux("index2", ("level", "2\n"), ("type", "Unified\n"), ("size", "1024K\n"), ("coherency_line_size", "64\n"));
        Linux("index3", ("level", "3\n"), ("type", "Unified\n"), ("size", "32M\n"), ("coherency_line_size", "64\n"));
        Assert.Equal(new CacheSizes(48 << 10, 1 << 20, 32 << 20, 64), LinuxCaches.Read(_folder));
    }

    /// <summary>On Arm the firmware may say how many levels there are, and nothing else.</summary>
    [Fact]
    public void Linux_may_leave_files_out()
    {
        Linux("index0", ("level", "1"), ("type", "Instruction"), ("size", "64K"));
        Linux("index1", ("level", "1"), ("type", "Data"));
        Linux("index2", ("level", "2"), ("type", "Unified"), ("size", "512K"), ("coherency_line_size", "128"));
        Linux("index3", ("level", "many"), ("type", "Unified"), ("size", "4M"));
        Linux("index4", ("level", "3"), ("type", "Unified"), ("size", "much"));
        Linux("index5");
        Assert.Equal(new CacheSizes(0, 512 << 10, 0, 128), LinuxCaches.Read(_folder));
        Assert.Equal(default, LinuxCaches.Read(Path.Combine(_folder, "none")));
    }

    [Fact]
    public void Macs_have_names_for_the_fast_cores()
    {
        (string Name, long Value)[] m1 =
        [
            ("hw.l1dcachesize", 64 << 10), ("hw.l2cachesize", 4 << 20), ("hw.cachelinesize", 128),
            ("hw.perflevel0.l1dcachesize", 128 << 10), ("hw.perflevel0.l2cachesize", 12 << 20),
        ];
        (string Name, long Value)[] intel =
        [
            ("hw.l1dcachesize", 32 << 10), ("hw.l2cachesize", 256 << 10), ("hw.l3cachesize", 8 << 20), ("hw.cachelinesize", 64),
        ];
        Assert.Equal(new CacheSizes(128 << 10, 12 << 20, 0, 128), MacCaches.From(name => Value(m1, name)));
        Assert.Equal(new CacheSizes(32 << 10, 256 << 10, 8 << 20, 64), MacCaches.From(name => Value(intel, name)));

        static long Value((string Name, long Value)[] all, string name) => all.FirstOrDefault(one => one.Name == name).Value;
    }

    [Fact]
    public void Windows_has_records()
    {
        byte[] records =
        [
            .. Windows(kind: 0, level: 3, line: 7, 7, Unified), // a core
            .. Windows(Cache, level: 1, line: 32, 64 << 10, Instructions),
            .. Windows(Cache, level: 1, line: 64, 48 << 10, Data),
            .. Windows(Cache, level: 2, line: 64, 2 << 20, Unified),
            .. Windows(Cache, level: 1, line: 64, 32 << 10, Data), // of a small core
            .. Windows(Cache, level: 3, line: 64, 36 << 20, Unified),
        ];
        Assert.Equal(new CacheSizes(48 << 10, 2 << 20, 36 << 20, 64), WindowsCaches.From(records));
        Assert.Equal(new CacheSizes(48 << 10, 2 << 20, 0, 64), WindowsCaches.From(records.AsSpan(0, records.Length - 1)));
        Assert.Equal(default, WindowsCaches.From([]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(19)]
    [InlineData(57)]
    [InlineData(int.MaxValue)]
    public void A_wrong_length_of_a_record_ends_the_answer(int length)
    {
        byte[] first = Windows(Cache, level: 1, line: 64, 48 << 10, Data), second = Windows(Cache, level: 2, line: 64, 1 << 20, Unified);
        BinaryPrimitives.WriteInt32LittleEndian(second.AsSpan(4), length);
        Assert.Equal(new CacheSizes(48 << 10, 0, 0, 64), WindowsCaches.From([.. first, .. second]));
    }

    [Fact]
    public void Another_system_says_nothing_and_does_not_throw()
    {
        if (!OperatingSystem.IsWindows()) Assert.Equal(default, WindowsCaches.Read());
        if (!OperatingSystem.IsMacOS()) Assert.Equal(default, MacCaches.Read());
        if (!OperatingSystem.IsLinux()) Assert.Equal(default, LinuxCaches.Read(LinuxCaches.Folder));
    }

    [Fact]
    public void This_system_says_what_the_processor_says()
    {
        bool hasCoresOfSeveralKinds = Directory.Exists("/sys/devices/cpu_atom");
        CacheSizes system = SystemCaches.Read(), processor = Processor.Caches;
        if (hasCoresOfSeveralKinds || !system.AreKnown || !processor.AreKnown) return;

        Assert.Equal(processor, system);
    }

    private void Linux(string cache, params (string Name, string Text)[] files)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, cache)).FullName;
        foreach ((string name, string text) in files) File.WriteAllText(Path.Combine(folder, name), text);
    }

    /// <summary>A record as on x64, with the cores that use the cache at its end.</summary>
    private static byte[] Windows(int kind, byte level, ushort line, int size, int type)
    {
        var record = new byte[56];
        BinaryPrimitives.WriteInt32LittleEndian(record, kind);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), record.Length);
        record[8] = level;
        record[9] = 8;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(10), line);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), size);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), type);
        record.AsSpan(20).Fill(0xFF);
        return record;
    }
}
