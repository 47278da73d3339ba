using System.Runtime.ConstrainedExecution;
using Microsoft.Win32.SafeHandles;

namespace TruncatedTL.MLNet.Files;

/// <summary>
/// A file that lives as long as its owner and is deleted with it, at the latest by the finaliser. ML.NET's ONNX transform reads
/// its model from a path and reads it once more when it is saved. The file is held open and locked, so that what killed processes have left behind can be told from
/// what is in use: the first temporary file of a process in a folder deletes the former.
/// </summary>
internal sealed class TemporaryFile : CriticalFinalizerObject, IDisposable
{
    // Files of this name are locked while they live; whoever changes that has to change the name.
    private const string Prefix = "truncatedtl-held-";

    private const int MostAttempts = 3;

    private static readonly HashSet<string> Swept = [];

    private readonly SafeFileHandle? _handle;
    private bool _deleted;

    /// <summary>Writes the bytes to a new file.</summary>
    /// <param name="folder">Existing or new folder.</param>
    /// <param name="extension">Suffix with its dot.</param>
    /// <param name="content">What to write.</param>
    public TemporaryFile(string folder, string extension, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(folder);
        DeleteLeftovers(folder, extension);
        (Path, _handle) = Create(folder, extension);
        try
        {
            RandomAccess.Write(_handle, content, fileOffset: 0);
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

    // A file exists for a moment before it is locked, in which another process that sweeps the folder takes it for a left-over one: it then holds the lock, or has deleted the file.
    private static (string Path, SafeFileHandle Handle) Create(string folder, string extension)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = System.IO.Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{extension}");
            try
            {
                var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
                if (File.Exists(path))
                {
                    return (path, handle);
                }

                handle.Dispose();
            }
            catch (IOException) when (attempt < MostAttempts)
            {
            }
        }
    }

    private void Delete()
    {
        // The finaliser also sees objects whose constructor has failed before there was a file.
        if (_deleted || _handle is null)
        {
            return;
        }

        _deleted = true;
        _handle.Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A scanner may hold the file on Windows; a left-over temporary file must not fail the user's program.
        }
    }

    private static void DeleteLeftovers(string folder, string extension)
    {
        lock (Swept)
        {
            if (!Swept.Add(System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), extension)))
            {
                return;
            }
        }

        foreach (var file in Directory.EnumerateFiles(folder, $"{Prefix}*{extension}"))
        {
            if (Guid.TryParseExact(System.IO.Path.GetFileNameWithoutExtension(file)[Prefix.Length..], "N", out _))
            {
                FileLock.TryDelete(file);
            }
        }
    }
}
