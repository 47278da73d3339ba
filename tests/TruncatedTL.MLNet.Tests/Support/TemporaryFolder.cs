namespace TruncatedTL.MLNet.Tests.Support;

/// <summary>A new empty folder that is deleted with everything in it at the end of the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("truncatedtl-tests-").FullName;

    public string PathOf(string name) => Path.Combine(FullName, name);

    /// <summary>Writes a file, with its sub-folders, and returns its path.</summary>
    public string Write(string name, byte[] content)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
