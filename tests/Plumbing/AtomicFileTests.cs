extern alias core;
using System.Diagnostics;
using System.Net.Sockets;
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

    /// <summary>A link to a file gives its mode, because what was secret stays secret.</summary>
    [Fact]
    public void A_link_is_replaced_even_if_it_leads_nowhere()
    {
        string other = Path.Combine(_folder, "other"), nowhere = Path.Combine(_folder, "none", "none");
        File.WriteAllBytes(other, [7]);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(other, UnixFileMode.UserRead);
        foreach (string leadsTo in OperatingSystem.IsWindows() ? [] : (string[])[other, nowhere, PathOfFile])
        {
            File.CreateSymbolicLink(PathOfFile, leadsTo);
            CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
            Assert.Null(new FileInfo(PathOfFile).LinkTarget);
            Assert.Equal([1], File.ReadAllBytes(PathOfFile));
            if (!OperatingSystem.IsWindows()) Assert.Equal(leadsTo == other, File.GetUnixFileMode(PathOfFile) == UnixFileMode.UserRead);
            File.Delete(PathOfFile);
        }

        Assert.Equal([7], File.ReadAllBytes(other));
        Assert.Equal([other], Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>Everybody may write to the device. The new file has the mode of a new file.</summary>
    [Fact]
    public void A_link_to_a_device_gives_no_mode()
    {
        if (OperatingSystem.IsWindows()) return;

        string fresh = Path.Combine(_folder, "fresh");
        CoreAtomicFile.Write(fresh, stream => stream.WriteByte(1));
        File.CreateSymbolicLink(PathOfFile, "/dev/null");
        CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
        Assert.Equal([1], File.ReadAllBytes(PathOfFile));
        Assert.Equal(File.GetUnixFileMode(fresh), File.GetUnixFileMode(PathOfFile));
    }

    [Fact]
    public void Other_hard_links_keep_the_old_content()
    {
        if (OperatingSystem.IsWindows()) return;

        string other = Path.Combine(_folder, "other");
        File.WriteAllBytes(PathOfFile, [7]);
        Assert.Equal(0, Run("ln", PathOfFile, other));
        CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
        Assert.Equal([1], File.ReadAllBytes(PathOfFile));
        Assert.Equal([7], File.ReadAllBytes(other));
    }

    [Fact]
    public void A_folder_is_not_replaced_nor_is_a_link_to_one()
    {
        Directory.CreateDirectory(PathOfFile);
        AssertRefused(PathOfFile, "a folder");
        AssertRefused(PathOfFile + Path.DirectorySeparatorChar, "a folder");
        AssertRefused(Path.GetPathRoot(PathOfFile)!, "a folder");
        if (OperatingSystem.IsWindows()) return;

        string link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, PathOfFile);
        AssertRefused(link, "a folder");
        Assert.Equal(PathOfFile, new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void What_is_no_file_is_not_replaced()
    {
        if (OperatingSystem.IsWindows())
        {
            AssertRefused("NUL", "a device");
            return;
        }

        string pipe = Path.Combine(_folder, "pipe"), device = Path.Combine(_folder, "device");
        Assert.Equal(0, Run("mkfifo", pipe));
        AssertRefused(pipe, "a named pipe");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(PathOfFile));
        AssertRefused(PathOfFile, "a socket, or of another special kind");
        if (Run("mknod", device, "c", "1", "3") == 0) AssertRefused(device, "a device"); // only root may make one
    }

    /// <summary>An empty file is told from a pipe although both have no bytes, also if it is open or may not be read.</summary>
    [Fact]
    public void An_empty_file_is_replaced()
    {
        foreach (FileShare share in OperatingSystem.IsWindows() ? [] : (FileShare[])[FileShare.None, FileShare.Read, FileShare.ReadWrite])
        {
            using var empty = new FileStream(PathOfFile, FileMode.Create, FileAccess.ReadWrite, share);
            CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
            Assert.Equal([1], File.ReadAllBytes(PathOfFile));
        }

        File.WriteAllBytes(PathOfFile, []);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOfFile, UnixFileMode.None);
        CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(2));
        Assert.Equal(1, new FileInfo(PathOfFile).Length);
    }

    /// <summary>On Unix the mode of a file says who may read and write it. Who may replace it is said by its folder.</summary>
    [Fact]
    public void A_file_that_is_read_only_is_replaced_on_Unix_alone()
    {
        File.WriteAllBytes(PathOfFile, [7]);
        File.SetAttributes(PathOfFile, FileAttributes.ReadOnly);
        Exception? exception = Record.Exception(() => CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1)));
        Assert.Equal([OperatingSystem.IsWindows() ? (byte)7 : (byte)1], File.ReadAllBytes(PathOfFile));
        Assert.Single(Directory.GetFiles(_folder));
        File.SetAttributes(PathOfFile, FileAttributes.Normal);
        if (OperatingSystem.IsWindows()) Assert.Contains("read-only", Assert.IsType<UnauthorizedAccessException>(exception).Message);
        else Assert.Null(exception);
    }

    /// <summary>On Windows, a reader that does not allow deletion keeps a file from being replaced. It is waited for.</summary>
    [Fact]
    public void A_reader_that_lets_go_is_waited_for()
    {
        File.WriteAllBytes(PathOfFile, [7]);
        using FileStream reader = File.OpenRead(PathOfFile);
        using var timer = new Timer(_ => reader.Dispose(), null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan);
        CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1));
        Assert.Equal([1], File.ReadAllBytes(PathOfFile));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_reader_that_does_not_let_go_keeps_the_old_content()
    {
        File.WriteAllBytes(PathOfFile, [7]);
        using (FileStream reader = File.OpenRead(PathOfFile))
        {
            Exception? exception = Record.Exception(() => CoreAtomicFile.Write(PathOfFile, stream => stream.WriteByte(1)));
            Assert.Equal(7, reader.ReadByte());
            if (OperatingSystem.IsWindows()) Assert.Contains("Close it there, and", Assert.IsType<IOException>(exception).Message);
            else Assert.Null(exception);
        }

        Assert.Equal([OperatingSystem.IsWindows() ? (byte)7 : (byte)1], File.ReadAllBytes(PathOfFile));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_path_must_be_given_and_its_folder_be_there()
    {
        Assert.Throws<ArgumentNullException>(() => CoreAtomicFile.Write(null!, _ => { }));
        Assert.Throws<ArgumentException>(() => CoreAtomicFile.Write("", _ => { }));
        string nowhere = Path.Combine(_folder, "none", "file");
        Assert.Contains($"'{nowhere}'", Assert.Throws<DirectoryNotFoundException>(() => CoreAtomicFile.Write(nowhere, _ => { })).Message);
    }

    /// <summary>Nothing was written, and the folder is as it was.</summary>
    private void AssertRefused(string path, string kind)
    {
        string[] before = Directory.GetFileSystemEntries(_folder);
        string message = Assert.Throws<IOException>(() => CoreAtomicFile.Write(path, _ => Assert.Fail("It is written."))).Message;
        Assert.Equal($"'{Path.GetFullPath(path)}' must be a file, or a link to a file, or not be there, but it is {kind}.", message);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder));
    }

    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
