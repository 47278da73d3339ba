using System.Security.Cryptography;

namespace TruncatedTL.MLNet.Native;

/// <summary>
/// Puts the patched copy of a native library where the loader can read it: a per-user cache folder keyed by the SHA-256 of
/// the original; failing that a private temporary folder that is removed at once; failing that memory. What lies in the
/// cache already is compared with what patching gives before it is used, byte by byte, and replaced where it differs.
/// </summary>
internal static class PatchedLibraryCache
{
    private const string FolderName = "truncatedtl-mlnet";
    private const UnixFileMode UserOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode UserOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Loads the patched copy from the first place that works.</summary>
    /// <returns>The library's handle and, in words, where the copy lies.</returns>
    /// <exception cref="DllNotFoundException">The copy could be placed, but the loader refuses it for a reason of its own.</exception>
    /// <exception cref="TorchBackendException">The copy could be placed nowhere.</exception>
    public static (nint Handle, string Place) Load(NativeHost host, string fileName, byte[] original, byte[] patched)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(original));
        var refusals = new List<string>();
        foreach (var root in host.CacheRoots)
        {
            try
            {
                var path = Store(Path.Combine(root, FolderName), key, fileName, patched);
                return (host.Load(path), path);
            }
            catch (Exception error) when (IsRefusalOfPlace(error))
            {
                refusals.Add($"{root}: {Reason(error)}");
            }
        }

        try
        {
            return LoadFromTemporaryFolder(host, fileName, patched);
        }
        catch (Exception error) when (IsRefusalOfPlace(error))
        {
            refusals.Add($"{host.TemporaryDirectory}: {Reason(error)}");
        }

        try
        {
            return (MemoryLibrary.Load(fileName, patched, host.Load), "memory");
        }
        catch (Exception error) when (IsRefusalOfPlace(error))
        {
            refusals.Add($"memory: {Reason(error)}");
            throw new TorchBackendException(
                TorchBackendFailureCause.CacheNotWritable,
                $"This system's libstdc++ needs a patched copy of {fileName}, and it could be placed nowhere ({string.Join("; ", refusals)}). "
                + "Point XDG_CACHE_HOME at a folder that this user can write to and that is not mounted noexec.",
                error);
        }
    }

    /// <summary>Makes sure that the cache holds the patched copy and returns its path.</summary>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be used.</exception>
    internal static string Store(string cacheFolder, string key, string fileName, byte[] patched)
    {
        var folder = Path.Combine(cacheFolder, key);
        CreateUserOnlyFolder(cacheFolder);
        CreateUserOnlyFolder(folder);
        var path = Path.Combine(folder, fileName);
        if (HoldsExactly(path, patched))
        {
            return path;
        }

        // Written beside the target and renamed: another process sees the old file, the new one or none, never a part.
        var temporary = Path.Combine(folder, $"{fileName}.{Guid.NewGuid():N}.tmp");
        try
        {
            WriteNew(temporary, patched);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return path;
    }

    private static (nint Handle, string Place) LoadFromTemporaryFolder(NativeHost host, string fileName, byte[] patched)
    {
        // A fresh folder of this process alone: a fixed name in a folder shared by all users could be another user's trap.
        var folder = Path.Combine(host.TemporaryDirectory, $"{FolderName}-{Guid.NewGuid():N}");
        CreateUserOnlyFolder(folder);
        try
        {
            var path = Path.Combine(folder, fileName);
            WriteNew(path, patched);
            return (host.Load(path), $"a temporary file in {host.TemporaryDirectory}, deleted after loading");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CreateUserOnlyFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UserOnlyFolder);
        if ((File.GetUnixFileMode(folder) & WritableByOthers) != 0)
        {
            throw new IOException($"Others may write to the folder {folder}.");
        }
    }

    private static bool HoldsExactly(string path, byte[] content)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists
                && file.LinkTarget is null
                && file.Length == content.Length
                && File.ReadAllBytes(path).AsSpan().SequenceEqual(content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Unreadable is as good as absent: the rename replaces it.
            return false;
        }
    }

    private static void WriteNew(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UserOnlyFile;
        }

        using var stream = new FileStream(path, options);
        stream.Write(content);
    }

    private static bool IsRefusalOfPlace(Exception error) =>
        error is IOException or UnauthorizedAccessException
        || (error is DllNotFoundException && error.Message.Contains("failed to map segment", StringComparison.Ordinal));

    private static string Reason(Exception error) =>
        error is DllNotFoundException ? "its files may not be executed (mounted noexec?)" : error.Message;
}
