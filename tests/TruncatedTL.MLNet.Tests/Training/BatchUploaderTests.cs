using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Training;
using Xunit;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Training;

[Collection(TorchCollection.Name)]
public class BatchUploaderTests
{
    [Fact]
    public void BytesAndSingles_ArriveAsTheSameNumbers()
    {
        using var scope = NewDisposeScope();
        var bytes = new ImageStore(2, 1, 2);
        bytes.Append([0, 255, 7, 8]);
        var singles = new ImageStore(2, 1, 2);
        singles.Append([0.5f, 0, 0, 0]);
        var values = new float[] { 0, 255, 7, 8 };

        var fromBytes = Uploader(bytes).Upload(new HostBatch(slot: 0) { Count = 1, ImageCount = 1, Bytes = [0, 255, 7, 8, 99] });
        var fromSingles = Uploader(singles).Upload(new HostBatch(slot: 0) { Count = 1, ImageCount = 1, Singles = [.. values, 99] });

        Assert.Equal([1, 2, 1, 2], fromBytes.shape);
        Assert.Equal(values, fromBytes.data<float>().ToArray());
        Assert.Equal(values, fromSingles.data<float>().ToArray());
    }

    [Fact]
    public void Normalize_IsPerChannel()
    {
        using var scope = NewDisposeScope();
        var store = new ImageStore(2, 1, 1);
        store.Append([1f, 2f]);
        var pixels = tensor(new float[] { 100, 200 }).reshape(1, 2, 1, 1);

        var normalized = Uploader(store).Normalize(pixels).flatten().data<float>().ToArray();

        Assert.Equal((100 / 255.0 - 0.5) / 0.25, normalized[0], 5);
        Assert.Equal((200 / 255.0 - 0.4) / 0.2, normalized[1], 5);
    }

    [Fact]
    public void Mix_BlendsEachImageWithItsPartner()
    {
        using var scope = NewDisposeScope();
        var store = new ImageStore(2, 1, 1);
        store.Append([1f, 2f]);
        var images = tensor(new float[] { 10, 20, 30, 40, 0, 0, 100, 100 }).reshape(4, 2, 1, 1);

        var mixed = Uploader(store).Mix(images, [0.25f, 1, 9]);

        Assert.Equal([2, 2, 1, 1], mixed.shape);
        Assert.Equal([2.5f, 5, 30, 40], mixed.flatten().data<float>().ToArray());
    }

    private static BatchUploader Uploader(ImageStore store) => new(store, new PixelNormalization(255, [0.5, 0.4], [0.25, 0.2]), CPU);
}
