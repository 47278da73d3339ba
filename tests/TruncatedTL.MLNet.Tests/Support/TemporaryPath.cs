namespace TruncatedTL.MLNet.Tests.Support;

/// <summary>A path that does not exist yet and is removed in the end.</summary>
internal sealed class TemporaryPath(string extension) : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"truncatedtl-test-{Guid.NewGuid():N}{extension}");

    public void Dispose() => File.Delete(Path);
}
