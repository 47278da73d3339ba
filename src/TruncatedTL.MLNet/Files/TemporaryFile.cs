using System.Runtime.ConstrainedExecution;

namespace TruncatedTL.MLNet.Files;

/// <summary>
/// A file that lives as long as its owner and is deleted with it, at the latest by the finaliser. ML.NET's ONNX transform reads
/// its model from a path and reads it once more when it is saved.
/// </summary>
internal sealed class TemporaryFile : CriticalFinalizerObject, IDisposable
{
    private bool _deleted;

    /// <summary>Writes the bytes to a new file.</summary>
    /// <param name="folder">Existing or new folder.</param>
    /// <param name="extension">Suffix with its dot.</param>
    /// <param name="content">What to write.</param>
    public TemporaryFile(string folder, string extension, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(folder);
        Path = System.IO.Path.Combine(folder, $"truncatedtl-{Guid.NewGuid():N}{extension}");
        try
        {
            File.WriteAllBytes(Path, content);
        }
        catch
        {
            // A disk that fills up while writing must not keep the half-written file.
            Dispose();
            throw;
        }
    }

    /// <summary>Finalises a file whose owner was not disposed.</summary>
    ~TemporaryFile() => Delete();

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Delete();
        GC.SuppressFinalize(this);
    }

    private void Delete()
    {
        if (_deleted)
        {
            return;
        }

        _deleted = true;
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A scanner may hold the file on Windows; a left-over temporary file must not fail the user's program.
        }
    }
}
