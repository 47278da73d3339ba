using FsCheck;
using FsCheck.Xunit;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class ImageStoreTests
{
    [Fact]
    public void Store_UpgradesItself_AndKeepsAllValues()
    {
        var store = new ImageStore(1, 1, 3);
        float[][] images = [[0, 255, 7], [0, 256, 65535], [1, 2, 3], [0.5f, -1, 70000], [4, 5, 6]];
        ImageElementType[] types = [ImageElementType.Byte, ImageElementType.UInt16, ImageElementType.UInt16, ImageElementType.Single, ImageElementType.Single];
        for (var i = 0; i < images.Length; i++)
        {
            store.Append(images[i]);
            Assert.Equal(types[i], store.ElementType);
        }

        store.Append([9, 8, 255]);

        Assert.Equal(6, store.Count);
        Assert.Equal([.. images, [9f, 8f, 255f]], Enumerable.Range(0, 6).Select(i => Read(store, i)));
    }

    [Fact]
    public void Store_OfBytes_UpgradesStraightToSingle()
    {
        var store = new ImageStore(1, 1, 2);
        store.Append([200, 255]);
        store.Append([-0.25f, 1]);

        Assert.Equal(ImageElementType.Single, store.ElementType);
        Assert.Equal([200f, 255f], Read(store, 0));
        Assert.Equal([-0.25f, 1f], Read(store, 1));
    }

    [Property(MaxTest = 200)]
    public void AnyFiniteValues_AreReadBackExactly(NonEmptyArray<NormalFloat> values)
    {
        var expected = values.Get.Select(value => (float)value.Get).Where(float.IsFinite).ToArray();
        var store = new ImageStore(1, 1, 1);
        foreach (var value in expected)
        {
            store.Append([value]);
        }

        Assert.Equal(expected, Enumerable.Range(0, store.Count).Select(i => Read(store, i)[0]));
    }

    [Theory]
    [InlineData(3, 28, 28, 4000)]
    [InlineData(1, 28, 28, 20000)]
    [InlineData(3, 224, 224, 150)]
    public void EightBitImages_TakeAtMostFivePercentMoreThanTheirPixels(int channels, int height, int width, int count)
    {
        var store = new ImageStore(channels, height, width);
        var image = new byte[channels * height * width];
        for (var i = 0; i < count; i++)
        {
            image[0] = (byte)i;
            image[^1] = (byte)(i >> 8);
            store.Append(image);
        }

        Assert.True(store.CapacityBytes <= 1.05 * count * image.Length, $"{store.CapacityBytes} bytes for {count * image.Length}");
        for (var i = 0; i < count; i++)
        {
            store.CopyTo(i, image);
            Assert.Equal((byte)i, image[0]);
            Assert.Equal((byte)(i >> 8), image[^1]);
        }
    }

    [Fact]
    public void Upgrade_OfManyChunks_KeepsEveryImage()
    {
        var store = new ImageStore(1, 64, 64);
        var image = new byte[64 * 64];
        for (var i = 0; i < 500; i++)
        {
            Array.Fill(image, (byte)i);
            store.Append(image);
        }

        store.Append(Enumerable.Repeat(1000f, 64 * 64).ToArray());
        store.Append(Enumerable.Repeat(0.5f, 64 * 64).ToArray());

        Assert.Equal(502, store.Count);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal([(byte)i], Read(store, i).Distinct()));
        Assert.Equal([1000f], Read(store, 500).Distinct());
        Assert.True(store.CapacityBytes <= 1.05 * 502 * 64 * 64 * sizeof(float));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void NonFiniteValue_IsRefusedWithItsRowAndPosition(float value, string text)
    {
        var store = new ImageStore(2, 2, 3);
        store.Append(new float[12]);
        var image = new float[12];
        image[6 + 3 + 2] = value;

        var error = Assert.Throws<TrainingDataException>(() => store.Append(image));

        Assert.Equal(1, error.Row);
        Assert.Contains($"Row 1: the image has the value {text} at channel 1, position (1, 2)", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public void ImageOfAnotherLength_IsRefused()
    {
        var store = new ImageStore(1, 2, 2);

        Assert.Equal(0, Assert.Throws<TrainingDataException>(() => store.Append(new float[3])).Row);
        Assert.Throws<TrainingDataException>(() => store.Append(new byte[5]));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void Volumes_AreKept()
    {
        var store = new ImageStore(1, 2, 3, 4);
        store.Append(Enumerable.Range(0, 24).Select(i => (float)i).ToArray());

        Assert.Equal([2, 3, 4], store.Spatial);
        Assert.Equal(24, store.ImageLength);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), Read(store, 0));
    }

    [Fact]
    public void BytesOfAWiderStore_AreRefused()
    {
        var store = new ImageStore(1, 1, 1);
        store.Append([300f]);

        Assert.Throws<InvalidOperationException>(() => store.CopyTo(0, new byte[1]));
    }

    [Fact]
    public void RowThatIsNotThere_IsRefused()
    {
        var store = new ImageStore(1, 1, 1);
        store.Append([1f]);

        Assert.Throws<ArgumentOutOfRangeException>(() => store.CopyTo(1, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.CopyTo(-1, new byte[1]));
    }

    [Fact]
    public void ShapeThatIsNotAnImage_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new ImageStore(4, 4));
        Assert.Throws<ArgumentException>(() => new ImageStore(1, 0, 4));
        Assert.Throws<ArgumentException>(() => new ImageStore(1, 1, 1, 1, 1));
        Assert.Throws<ArgumentException>(() => new ImageStore(1, 65536, 65536));
        Assert.Throws<ArgumentException>(() => new ImageStore(int.MaxValue, int.MaxValue, int.MaxValue));
    }

    private static float[] Read(ImageStore store, int index)
    {
        var image = new float[store.ImageLength];
        store.CopyTo(index, image);
        return image;
    }
}
