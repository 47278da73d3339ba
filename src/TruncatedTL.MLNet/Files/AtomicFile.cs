namespace TruncatedTL.MLNet.Files;

/// <summary>Writes a file so that a reader sees the old content or the new one, never a half.</summary>
internal static class AtomicFile
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, then renames it. Where
    /// anything fails the old file stays and the temporary file is removed. What a killed process left of an earlier write to this path is removed first.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        var fullPath = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(fullPath)
            ?? throw new ArgumentException($"'{path}' is not the path of a file.", nameof(path));
        if (!Directory.Exists(folder))
        {
            // Otherwise the message would speak of the temporary file, of which the caller knows nothing.
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist.");
        }

        DeleteLeftovers(fullPath);
        var temporaryPath = Path.Combine(folder, $"{TemporaryPrefix(fullPath)}{Guid.NewGuid():N}{TemporarySuffix}");
        try
        {
            // Held open over the rename: that it is locked tells others that its writer lives.
            using var stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(temporaryPath, fullPath, overwrite: true);
        }
        catch
        {
            File.Delete(temporaryPath);
            throw;
        }
    }

    /// <summary>Deletes the temporary files of writes to <paramref name="path"/> that killed processes left behind; those of writes that go on stay.</summary>
    public static void DeleteLeftovers(string path)
    {
        var fullPath = Path.GetFullPath(path);
        var prefix = TemporaryPrefix(fullPath);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(fullPath)!, $"*{TemporarySuffix}"))
        {
            var name = Path.GetFileName(file);
            if (name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..].Replace(TemporarySuffix, string.Empty, StringComparison.Ordinal), "N", out _))
            {
                FileLock.TryDelete(file);
            }
        }
    }

    private static string TemporaryPrefix(string fullPath) => $".{Path.GetFileName(fullPath)}.";
}
