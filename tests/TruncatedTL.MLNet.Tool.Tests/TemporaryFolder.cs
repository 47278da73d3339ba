namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        Directory.CreateDirectory(FullPath);
    }

    public string FullPath { get; } = Path.Combine(Path.GetTempPath(), $"ttl-tests-{Guid.NewGuid():N}");

    /// <summary>A path in the folder.</summary>
    public string this[params string[] parts] => Path.Combine([FullPath, .. parts]);

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
