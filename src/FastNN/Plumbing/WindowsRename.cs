using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using static System.FormattableString;

namespace FastNN.Plumbing;

/// <summary>
/// Gives a file on Windows the name of another one, also while programs have the other one open. Readers that allow its deletion
/// (<see cref="FileShare.Delete"/>) keep the old content. Windows 10 of 2016 and later can do this on NTFS. Other programs and other file
/// systems are waited for.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsRename
{
    private const uint Delete = 0x00010000, Synchronize = 0x00100000, ShareAll = 7, OpenExisting = 3;
    private const uint ReplaceIfExists = 1, PosixSemantics = 2;
    private const int FileRenameInfoEx = 22, SharingViolation = unchecked((int)0x80070020);

    /// <summary>Scanners of viruses keep a file open for less than a second.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Renames a file. Tries it again and again for five seconds while the target is open.</summary>
    /// <param name="source">A full path.</param>
    /// <param name="target">A full path in the same folder. If a file has it, this file is replaced.</param>
    /// <exception cref="IOException">The target is still open, or may not be deleted, or Windows refuses for another reason.</exception>
    internal static void Replace(string source, string target)
    {
        for (long began = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
        {
            try
            {
                File.Move(source, target, overwrite: true);
                return;
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException || exception.HResult == SharingViolation)
            {
                if (TryReplaceOpen(source, target)) return;
                if (Stopwatch.GetElapsedTime(began) > s_patience)
                {
                    throw new IOException(
                        Invariant($"'{target}' was not replaced. For {s_patience.TotalSeconds} seconds a program had it open and did not ")
                        + "allow to delete it (FileShare.Delete), or you may not delete it. Close it there, and save again. "
                        + "The old file is as it was.",
                        exception);
                }
            }
        }
    }

    /// <summary>Renames as on Unix: the new file has the name at once, and the old file lives until its last reader closes it.</summary>
    private static bool TryReplaceOpen(string source, string target)
    {
        using SafeFileHandle file = CreateFile(Extended(source), Delete | Synchronize, ShareAll, 0, OpenExisting, 0, 0);
        if (file.IsInvalid) return false;

        string name = Extended(target);
        byte[] buffer = new byte[sizeof(RenameInfo) + name.Length * sizeof(char)];
        fixed (byte* start = buffer)
        {
            var rename = (RenameInfo*)start;
            rename->Flags = ReplaceIfExists | PosixSemantics;
            rename->NameBytes = (uint)(name.Length * sizeof(char));
            name.CopyTo(new Span<char>(&rename->Name, name.Length));
            return SetFileInformationByHandle(file, FileRenameInfoEx, rename, (uint)buffer.Length);
        }
    }

    /// <summary>A path that may have more than 260 characters.</summary>
    private static string Extended(string path) =>
        path.StartsWith(@"\\?\", StringComparison.Ordinal) ? path
        : path.StartsWith(@"\\", StringComparison.Ordinal) ? $@"\\?\UNC\{path[2..]}"
        : $@"\\?\{path}";

    /// <summary>FILE_RENAME_INFO: the whole name starts in its last field.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RenameInfo
    {
        internal uint Flags;
        internal nint Root;
        internal uint NameBytes;
        internal char Name;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial SafeFileHandle CreateFile(
        string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetFileInformationByHandle(SafeFileHandle file, int kind, RenameInfo* information, uint bytes);
}
