namespace TruncatedTL.MLNet.Tests.Data;

/// <summary>A new empty folder that is deleted with everything in it at the end of the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string FolderPath { get; } = Directory.CreateTempSubdirectory("truncatedtl-data-").FullName;

    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(FolderPath, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose()
    {
        Directory.Delete(FolderPath, recursive: true);
    }
}
