using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Weights;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

public class WeightsFileTests
{
    [Fact]
    public void KeepsTheOrderAndACopy()
    {
        var tensor = TensorData.FromSingle([], [1]);
        var tensors = new OrderedDictionary<string, TensorData> { ["z"] = tensor, ["a"] = tensor, ["m"] = tensor };
        var metadata = new OrderedDictionary<string, string> { ["y"] = "1", ["b"] = "2" };
        var file = new WeightsFile(tensors, metadata);

        tensors.Clear();
        metadata.Clear();

        Assert.Equal(["z", "a", "m"], file.Tensors.Keys);
        Assert.Equal(["y", "b"], file.Metadata.Keys);
        Assert.Same(tensor, file.Tensors["a"]);
        Assert.Throws<NotSupportedException>(() => ((IDictionary<string, TensorData>)file.Tensors).Clear());
        Assert.Empty(new WeightsFile(new Dictionary<string, TensorData>()).Metadata);
    }

    [Fact]
    public void RefusesNull()
    {
        Assert.Throws<ArgumentNullException>(() => new WeightsFile(null!));
        Assert.Throws<ArgumentException>(() => new WeightsFile(new Dictionary<string, TensorData> { ["a"] = null! }));
        Assert.Throws<ArgumentException>(() => WeightsFile.Load(string.Empty));
        Assert.Throws<ArgumentNullException>(() => WeightsFile.Load((Stream)null!));
        Assert.Throws<ArgumentNullException>(() => new WeightsFile(new Dictionary<string, TensorData>()).SaveSafetensors((Stream)null!));
    }

    [Fact]
    public void LoadAndSaveLeaveStreamsOpen()
    {
        using var stream = new MemoryStream();
        new WeightsFile(new Dictionary<string, TensorData> { ["a"] = TensorData.FromSingle([], [1]) }).SaveSafetensors(stream);
        stream.Position = 0;

        WeightsFile.Load(stream);

        Assert.True(stream.CanRead);
    }

    [Fact]
    public void SavingIntoAMissingFolderIsAnOrdinaryError()
    {
        using var folder = new TemporaryFolder();
        var file = new WeightsFile(new Dictionary<string, TensorData>());

        Assert.Throws<DirectoryNotFoundException>(() => file.SaveSafetensors(Path.Combine(folder.FullName, "missing", "w.safetensors")));
    }

    [Fact]
    public void ALoadedFileIsNotLocked()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("w.safetensors");
        new WeightsFile(new Dictionary<string, TensorData> { ["a"] = TensorData.FromSingle([], [1]) }).SaveSafetensors(path);

        var file = WeightsFile.Load(path);
        File.Delete(path);

        Assert.Equal([1f], file.Tensors["a"].ToSingle());
    }
}
