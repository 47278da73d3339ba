namespace TruncatedTL.MLNet.Files;

/// <summary>Writes a file so that a reader sees the old content or the new one, never a half.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file beside <paramref name="path"/>, then renames it. Where
    /// anything fails the old file stays and the temporary file is removed.
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

        var temporaryPath = Path.Combine(folder, $".{Path.GetFileName(fullPath)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporaryPath, fullPath, overwrite: true);
        }
        catch
        {
            File.Delete(temporaryPath);
            throw;
        }
    }
}
