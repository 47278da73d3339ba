using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Judges native files before the loader sees them. The loader maps a truncated library without complaint and the process
/// dies of SIGBUS at the first page that is not there; no exception handler sees that.
/// </summary>
internal static class NativeFileInspector
{
    private const byte ElfClass32 = 1;

    /// <summary>Checks headers and stated lengths of the files; reads a few kilobytes of each.</summary>
    /// <exception cref="TorchBackendException">A file is damaged, unreadable or for another processor.</exception>
    public static void Inspect(NativeHost host, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            try
            {
                InspectOne(host, path);
            }
            catch (ElfFormatException error)
            {
                throw Damaged(path, error);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new TorchBackendException(
                    TorchBackendFailureCause.DamagedLibrary,
                    $"The native library {path} cannot be read ({error.Message}). Give this user the right to read it.",
                    error);
            }
        }
    }

    private static void InspectOne(NativeHost host, string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length == 0)
        {
            throw new ElfFormatException("The file is empty.");
        }

        if (host.Platform != NativePlatform.Linux)
        {
            return;
        }

        var bytes = new byte[ElfHeader.Size];
        var read = ReadFully(file, bytes, 0);
        if (read > 4 && bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8) && bytes[4] == ElfClass32)
        {
            throw WrongArchitecture(path, "a 32-bit processor", host);
        }

        var header = ElfHeader.Parse(bytes.AsSpan(0, read));
        var expected = host.ProcessArchitecture == Architecture.Arm64 ? ElfHeader.MachineArm64 : ElfHeader.MachineX64;
        if (header.Machine != expected)
        {
            throw WrongArchitecture(path, MachineName(header.Machine), host);
        }

        CheckLength(file, header, (ulong)length);
    }

    private static void CheckLength(Microsoft.Win32.SafeHandles.SafeFileHandle file, ElfHeader header, ulong length)
    {
        var sectionTableSize = (ulong)header.SectionHeaderCount * ElfHeader.SectionHeaderSize;
        CheckRange(header.SectionHeaderOffset, sectionTableSize, length, "section header table");
        var segmentTable = new byte[header.ProgramHeaderCount * ElfHeader.ProgramHeaderSize];
        CheckRange(header.ProgramHeaderOffset, (ulong)segmentTable.Length, length, "program header table");
        ReadFully(file, segmentTable, (long)header.ProgramHeaderOffset);
        for (var i = 0; i < header.ProgramHeaderCount; i++)
        {
            var segment = segmentTable.AsSpan(i * ElfHeader.ProgramHeaderSize, ElfHeader.ProgramHeaderSize);
            CheckRange(
                BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]),
                length,
                $"segment {i}");
        }
    }

    private static void CheckRange(ulong offset, ulong size, ulong length, string what)
    {
        if (offset > length || size > length - offset)
        {
            throw new ElfFormatException($"Its {what} should end at byte {(UInt128)offset + size}, but the file has {length} bytes.");
        }
    }

    private static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    private static TorchBackendException Damaged(string path, ElfFormatException error) => new(
        TorchBackendFailureCause.DamagedLibrary,
        $"The native library {path} is damaged or truncated: {error.Message} "
        + "Delete it together with the package folder it was copied from, then restore and build again.",
        error);

    private static TorchBackendException WrongArchitecture(string path, string machine, NativeHost host) => new(
        TorchBackendFailureCause.WrongArchitecture,
        $"The native library {path} is built for {machine}, but the process runs on {host.ProcessArchitecture}. "
        + "Reference the back-end package of this platform and build again.");

    private static string MachineName(ushort machine) => machine switch
    {
        ElfHeader.MachineX64 => "x64",
        ElfHeader.MachineArm64 => "Arm64",
        _ => $"another processor (ELF machine {machine})",
    };
}
