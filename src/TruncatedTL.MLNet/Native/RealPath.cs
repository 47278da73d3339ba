using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Native;

/// <summary>The one path of a file behind all links, as the kernel reports it for mapped libraries.</summary>
internal static unsafe partial class RealPath
{
    private const string DeletedMark = " (deleted)";

    /// <summary>Resolves links in every part of a path; a path that cannot be resolved comes back as a full path.</summary>
    public static string Of(string path)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            var resolved = Resolve(path, null);
            if (resolved is not null)
            {
                try
                {
                    return Marshal.PtrToStringUTF8((nint)resolved)!;
                }
                finally
                {
                    NativeMemory.Free(resolved);
                }
            }
        }

        return Path.GetFullPath(path);
    }

    /// <summary>A path from the kernel's list of mappings without its mark for files that were replaced meanwhile.</summary>
    public static string OfMapping(string path) =>
        path.EndsWith(DeletedMark, StringComparison.Ordinal) ? path[..^DeletedMark.Length] : path;

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* Resolve(string path, byte* buffer);
}
