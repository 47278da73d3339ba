namespace TruncatedTL.MLNet.Files;

/// <summary>
/// A file that one process at a time may hold. The system lets go of it when the process ends, however that happens, so a lock never outlives its holder.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock, or gives null where another holds it.</summary>
    /// <param name="path">The file; it is made where it is missing, and stays.</param>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static FileLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (IsHeld(error))
        {
            return null;
        }
    }

    /// <summary>Deletes a file unless a process has it open and locked. Where that fails it stays: what is left over takes room, no more.</summary>
    /// <param name="path">The file.</param>
    public static void TryDelete(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process uses it, has deleted it meanwhile, or owns it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // EWOULDBLOCK of flock on Unix (11 on Linux, 35 on macOS), a sharing violation on Windows; a full disk is neither.
    private static bool IsHeld(IOException error) =>
        (error.HResult & 0xFFFF) is 32 or 33 || error.HResult is 11 or 35;
}
