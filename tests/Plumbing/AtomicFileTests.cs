extern alias core;
using System.Text;
using Xunit;
using CoreAtomicFile = core::FastNN.Plumbing.AtomicFile;

namespace FastNN.Tests.Plumbing;

/// <summary>A file is there as a whole or not at all. Nothing else is left beside it.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastnn").FullName;

    private string PathOfFile => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_created_and_replaced()
    {
        CoreAtomicFile.Write(PathOfFile, stream => stream.Write([1, 2, 3]));
        CoreAtomicFile.Write(PathOfFile, stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(PathOfFile));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_old_content_is_there_until_all_of_the_new_is_and_stays_if_that_fails()
    {
        File.WriteAllBytes(PathOfFile, [7]);
        Assert.Throws<InvalidOperationException>(() => CoreAtomicFile.Write(PathOfFile, stream =>
        {
            stream.Write(new byte[100_000]);
            stream.Flush();
            Assert.Equal([7], File.ReadAllBytes(PathOfFile));
            Assert.Equal(2, Directory.GetFiles(_folder).Length);
            throw new InvalidOperationException();
        }));
        Assert.Equal([7], File.ReadAllBytes(PathOfFile));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(218, 218)]
    [InlineData(219, 218)]
    [InlineData(255, 218)]
    public void The_temporary_file_has_the_name_of_the_file_shortened(int length, int kept)
    {
        string name = new('n', length), path = Path.Combine(_folder, name);
        CoreAtomicFile.Write(path, _ =>
            Assert.Matches($"^{name[..kept]}\\.[0-9a-f]{{32}}\\.tmp$", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder)))));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("ü", 127)]
    [InlineData("😀", 63)]
    public void Names_of_several_bytes_a_character_are_shortened_between_them(string character, int count)
    {
        string path = Path.Combine(_folder, string.Concat(Enumerable.Repeat(character, count)));
        CoreAtomicFile.Write(path, _ =>
        {
            string name = Path.GetFileName(Assert.Single(Directory.GetFiles(_folder)));
            Assert.InRange(Encoding.UTF8.GetByteCount(name), 200, 255);
            Assert.DoesNotContain('\uFFFD', name);
        });
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_mode_of_the_file_that_is_replaced_stays()
    {
        if (OperatingSystem.IsWindows()) return;

        static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            others = own | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
        foreach (UnixFileMode mode in (UnixFileMode[])[own, others, UnixFileMode.UserRead])
        {
            File.SetUnixFileMode(PathOfFile, mode);
            CoreAtomicFile.Write(PathOfFile, stream =>
            {
                stream.WriteByte(2);
                Assert.Equal([mode, mode], Directory.GetFiles(_folder).Select(ModeOf));
            });
            Assert.Equal(mode, ModeOf(PathOfFile));
        }
    }

    [Fact]
    public void A_folder_is_not_replaced_and_the_temporary_file_goes()
    {
        string folder = Directory.CreateDirectory(PathOfFile).FullName;
        Exception? exception = Record.Exception(() => CoreAtomicFile.Write(folder, stream => stream.WriteByte(1)));
        Assert.True(exception is IOException or UnauthorizedAccessException, exception?.ToString());
        Assert.Equal([folder], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_path_must_be_given_and_its_folder_be_there()
    {
        Assert.Throws<ArgumentNullException>(() => CoreAtomicFile.Write(null!, _ => { }));
        Assert.Throws<ArgumentException>(() => CoreAtomicFile.Write("", _ => { }));
        string nowhere = Path.Combine(_folder, "none", "file");
        Assert.Contains($"'{nowhere}'", Assert.Throws<DirectoryNotFoundException>(() => CoreAtomicFile.Write(nowhere, _ => { })).Message);
    }
}
