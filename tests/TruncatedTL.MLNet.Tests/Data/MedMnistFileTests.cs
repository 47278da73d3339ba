using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Tests.Data.Numpy;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data;

public sealed class MedMnistFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
    }

    [Fact]
    public void Grey_images_keep_their_bytes()
    {
        var images = Read(NpyBuilder.CreateBytes(3, 4, 5), Labels("|u1", [3, 1], 1, 0, 1));
        Assert.Equal("train", images.Name);
        Assert.Equal((3, 1, 2, 20), (images.Count, images.Channels, images.SpatialRank, images.ValuesPerImage));
        Assert.Equal([4, 5], images.SpatialShape);
        Assert.Equal(["0", "1"], images.ClassNames);
        Assert.Equal([1, 0, 1], Enumerable.Range(0, 3).Select(images.LabelOf));
        var all = NpyArrayTests.Read(NpyBuilder.CreateBytes(3, 4, 5)).AsSpan<byte>().ToArray();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(all.Skip(i * 20).Take(20), Bytes(images, i));
            Assert.Equal(all.Skip(i * 20).Take(20).Select(x => (float)x), Singles(images, i));
        }
    }

    [Fact]
    public void Colour_images_become_planes()
    {
        var images = Read(NpyBuilder.Create("|u1", [2, 1, 2, 3], [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]), Labels("<i8", [2], 0, 1));
        Assert.Equal((3, 2), (images.Channels, images.SpatialRank));
        Assert.Equal([1, 2], images.SpatialShape);
        Assert.Equal([1, 4, 2, 5, 3, 6], Bytes(images, 0));
        Assert.Equal([11f, 14, 12, 15, 13, 16], Singles(images, 1));
    }

    [Fact]
    public void Four_dimensions_without_a_last_one_of_three_are_volumes()
    {
        var images = Read(NpyBuilder.CreateBytes(2, 3, 4, 5), Labels("|u1", [2], 0, 1));
        Assert.Equal((1, 3, 60), (images.Channels, images.SpatialRank, images.ValuesPerImage));
        Assert.Equal([3, 4, 5], images.SpatialShape);
        Assert.Equal(Enumerable.Range(60, 60).Select(i => (byte)(i * 37)), Bytes(images, 1));
    }

    [Theory]
    [InlineData("<u2", new byte[] { 1, 2, 3, 0 }, new float[] { 513, 3 })]
    [InlineData(">i2", new byte[] { 255, 255, 0, 7 }, new float[] { -1, 7 })]
    [InlineData("|i1", new byte[] { 255, 7 }, new float[] { -1, 7 })]
    public void Values_beyond_bytes_are_floats(string descr, byte[] values, float[] expected)
    {
        var images = Read(NpyBuilder.Create(descr, [1, 1, 2], values), Labels("|u1", [1], 0));
        Assert.False(images.HasByteValues);
        Assert.Equal(expected, Singles(images, 0));
        Assert.Equal(expected, Singles(images.ToMemory(), 0));
        Assert.Throws<InvalidOperationException>(() => Bytes(images, 0));
    }

    [Fact]
    public void Float_colour_images_become_planes()
    {
        byte[] values = [.. new[] { 0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f }.SelectMany(BitConverter.GetBytes)];
        Assert.Equal([0.5f, 3.5f, 1.5f, 4.5f, 2.5f, 5.5f], Singles(Read(NpyBuilder.Create("<f4", [1, 2, 1, 3], values), Labels("|u1", [1], 0)), 0));
    }

    [Fact]
    public void Masks_are_bytes_of_zero_and_one()
    {
        var images = Read(NpyBuilder.Create("|b1", [1, 2, 2], [0, 1, 5, 0]), Labels("|u1", [1], 0));
        Assert.True(images.HasByteValues);
        Assert.Equal([0, 1, 1, 0], Bytes(images, 0));
    }

    [Fact]
    public void Classes_are_counted_over_all_splits()
    {
        var path = _folder.Write("a.npz", ZipBuilder.CreateNpz(
            true,
            ("train_images", NpyBuilder.CreateBytes(2, 2, 2)),
            ("train_labels", Labels("|u1", [2], 0, 1)),
            ("test_images", NpyBuilder.CreateBytes(1, 2, 2)),
            ("test_labels", Labels("|u1", [1], 3))));
        using var file = MedMnistFile.Open(path);
        Assert.Equal([MedMnistSplit.Train, MedMnistSplit.Test], file.Splits);
        Assert.Equal(["0", "1", "2", "3"], file.Read(MedMnistSplit.Train).ClassNames);
        Assert.Equal([0, 0, 0, 1], file.Read(MedMnistSplit.Test).CountPerClass());
        Assert.Equal(["a", "b", "c", "d"], file.Read(MedMnistSplit.Test, ["a", "b", "c", "d"]).ClassNames);
        Assert.Contains("only 3 class names", Assert.Throws<ImageFormatException>(() => file.Read(MedMnistSplit.Test, ["a", "b", "c"])).Problem, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => file.Read(MedMnistSplit.Train, ["a", "a"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read((MedMnistSplit)7));
        Assert.Contains("no array 'val_labels'", Assert.Throws<ImageFormatException>(() => file.Read(MedMnistSplit.Validation)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_images_are_refused_with_their_reason()
    {
        AssertRefused(NpyBuilder.CreateBytes(2, 4), Labels("|u1", [2], 0, 1), "[N, H, W], [N, H, W, 3] or [N, D, H, W] is expected");
        AssertRefused(NpyBuilder.CreateBytes(2, 2, 2, 2, 3), Labels("|u1", [2], 0, 1), "is expected");
        AssertRefused(NpyBuilder.CreateBytes(2, 0, 4), Labels("|u1", [2], 0, 1), "they are empty");
        AssertRefused(NpyBuilder.CreateBytes(3, 2, 2), Labels("|u1", [2], 0, 1), "3 images but 2 labels");
        AssertRefused(NpyBuilder.Create("|S1", [1, 1, 1], [65]), Labels("|u1", [1], 0), "text");
    }

    [Fact]
    public void Bad_labels_are_refused_with_their_reason()
    {
        var images = NpyBuilder.CreateBytes(2, 2, 2);
        AssertRefused(images, Labels("|u1", [2, 2], 0, 1, 1, 0), "several labels per image");
        AssertRefused(images, Labels("|u1", [2, 1, 1], 0, 1), "[N] or [N, 1] is expected");
        AssertRefused(images, Labels("|u1", [], 0), "[N] or [N, 1] is expected");
        AssertRefused(images, Labels("|i1", [2], 0, -1), "the label -1 is not a class index");
        AssertRefused(images, Labels("<i8", [2], 0, 1L << 40), "is not a class index");
        AssertRefused(images, NpyBuilder.Create("<f4", [2], [.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(1f)]), "not whole numbers");
        AssertRefused(images, NpyBuilder.Create("|S1", [2], [65, 66]), "not whole numbers");
    }

    [Fact]
    public void Whole_numbers_stored_as_floats_are_labels()
    {
        var labels = NpyBuilder.Create("<f8", [2, 1], [.. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(0.0)]);
        Assert.Equal(1, Read(NpyBuilder.CreateBytes(2, 2, 2), labels).LabelOf(0));
    }

    // What the newer and larger files of MedMNIST, and files made by hand, carry beside images and labels.
    [Theory]
    [InlineData("<U8", "text")]
    [InlineData("|S8", "text")]
    [InlineData("|O", "pickles")]
    public void Arrays_of_text_or_objects_are_passed_over_until_they_are_asked_for(string descr, string problem)
    {
        byte[] text = descr == "<U8" ? new byte[64] : descr == "|S8" ? [.. "patient1patient2"u8] : [0x80, 2, (byte)'.'];
        var path = _folder.Write("a.npz", ZipBuilder.CreateNpz(
            true,
            ("patient_ids", NpyBuilder.Create(descr, [2], text)),
            ("train_images", NpyBuilder.CreateBytes(2, 2, 2)),
            ("train_labels", Labels("|u1", [2], 0, 1)),
            ("train_names", NpyBuilder.Create(descr, [2], text))));
        using var file = MedMnistFile.Open(path);
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(file.Read(MedMnistSplit.Train).LabelOf));

        var error = Assert.Throws<ImageFormatException>(() => file.Read(MedMnistSplit.Train, labelsName: "names"));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains("train_names", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Labels(string descr, int[] shape, params long[] values)
    {
        return NpyBuilder.Create(descr, shape, [.. values.SelectMany(value => BitConverter.GetBytes(value).Take(descr == "<i8" ? 8 : 1))]);
    }

    private static byte[] Bytes(LabelledImages images, int index)
    {
        var values = new byte[images.ValuesPerImage];
        images.CopyImage(index, values);
        return values;
    }

    private static float[] Singles(LabelledImages images, int index)
    {
        var values = new float[images.ValuesPerImage];
        images.CopyImage(index, values);
        return values;
    }

    private LabelledImages Read(byte[] images, byte[] labels)
    {
        using var file = MedMnistFile.Open(_folder.Write("a.npz", ZipBuilder.CreateNpz(true, ("train_images", images), ("train_labels", labels))));
        return file.Read(MedMnistSplit.Train);
    }

    private void AssertRefused(byte[] images, byte[] labels, string problem)
    {
        var error = Assert.Throws<ImageFormatException>(() => Read(images, labels));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
    }
}
