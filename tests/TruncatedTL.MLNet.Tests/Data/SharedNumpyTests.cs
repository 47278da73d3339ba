using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Numpy;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Data;

/// <summary>Real files against facts taken from them by Python (zipfile, struct, zlib.crc32).</summary>
public sealed class SharedNumpyTests
{
    private const string Pneumonia = "data/medmnist/pneumoniamnist.npz";
    private const string Breast = "data/medmnist/breastmnist.npz";
    private const string Breast64 = "data/medmnist/breastmnist_64_rebuilt.npz";
    private const string Adrenal = "data/medmnist/adrenalmnist3d.npz";
    private const string Natural = "data/natural/tiny_imagenet_val_500.npz";

    [SkippableTheory]
    [InlineData(Adrenal, "train_images", "1188 28 28 28", 105033735, 0x211b05eeu)]
    [InlineData(Adrenal, "val_images", "98 28 28 28", 8922960, 0xfe1128deu)]
    [InlineData(Adrenal, "test_images", "298 28 28 28", 26407545, 0xd9315a91u)]
    [InlineData(Adrenal, "train_labels", "1188 1", 259, 0x2cba5126u)]
    [InlineData(Breast, "train_images", "546 28 28", 35757482, 0x965122cau)]
    [InlineData(Breast, "test_images", "156 28 28", 10478773, 0x3f2e8405u)]
    [InlineData(Breast64, "train_images", "546 64 64", 186833802, 0xdd364e10u)]
    [InlineData(Breast64, "test_labels3", "156", 86, 0x9bea1058u)]
    [InlineData(Pneumonia, "train_images", "4708 28 28", 538305934, 0xc8dedff3u)]
    [InlineData(Pneumonia, "val_images", "524 28 28", 59624090, 0xff38e789u)]
    [InlineData(Natural, "images", "500 64 64 3", 703771327, 0x7597eebdu)]
    public void Byte_arrays_have_the_shape_sum_and_checksum_that_python_sees(string relativePath, string name, string shape, long sum, uint checksum)
    {
        using var file = NpzFile.Open(RepositoryFiles.RequireShared(relativePath));
        var array = file.Read(name);
        Assert.Equal("|u1", array.Descriptor);
        Assert.Equal(shape, string.Join(' ', array.Shape));
        var total = 0L;
        foreach (var value in array.AsSpan<byte>())
        {
            total += value;
        }

        Assert.Equal(sum, total);
        var crc = default(Crc32);
        crc.Append(array.AsSpan<byte>());
        Assert.Equal(checksum, crc.Value);
    }

    [SkippableFact]
    public void Integer_labels_are_read()
    {
        using var file = NpzFile.Open(RepositoryFiles.RequireShared(Natural));
        var labels = file.Read("labels");
        Assert.Equal("<i8", labels.Descriptor);
        Assert.Equal([500], labels.Shape);
        var values = labels.ToInt64s();
        Assert.Equal(7, values.Count(value => value == 140));
        Assert.Equal(7, values.Count(value => value == 96));
        Assert.All(values, value => Assert.InRange(value, 0, 199));
    }

    [SkippableTheory]
    [InlineData(Adrenal, MedMnistSplit.Train, "labels", "28 28 28", "929 259")]
    [InlineData(Adrenal, MedMnistSplit.Validation, "labels", "28 28 28", "76 22")]
    [InlineData(Adrenal, MedMnistSplit.Test, "labels", "28 28 28", "229 69")]
    [InlineData(Breast, MedMnistSplit.Train, "labels", "28 28", "147 399")]
    [InlineData(Breast, MedMnistSplit.Validation, "labels", "28 28", "21 57")]
    [InlineData(Breast, MedMnistSplit.Test, "labels", "28 28", "42 114")]
    [InlineData(Breast64, MedMnistSplit.Train, "labels", "64 64", "147 399")]
    [InlineData(Breast64, MedMnistSplit.Train, "labels3", "64 64", "306 147 93")]
    [InlineData(Breast64, MedMnistSplit.Test, "labels3", "64 64", "92 42 22")]
    [InlineData(Pneumonia, MedMnistSplit.Train, "labels", "28 28", "1214 3494")]
    [InlineData(Pneumonia, MedMnistSplit.Test, "labels", "28 28", "234 390")]
    public void Data_sets_have_the_published_sizes(string relativePath, MedMnistSplit split, string labelsName, string spatialShape, string perClass)
    {
        using var file = MedMnistFile.Open(RepositoryFiles.RequireShared(relativePath));
        Assert.Equal([MedMnistSplit.Train, MedMnistSplit.Validation, MedMnistSplit.Test], file.Splits);
        var images = file.Read(split, labelsName: labelsName);
        Assert.Equal(perClass, string.Join(' ', images.CountPerClass()));
        Assert.Equal(images.Count, images.CountPerClass().Sum());
        Assert.Equal(spatialShape, string.Join(' ', images.SpatialShape));
        Assert.Equal(1, images.Channels);
        Assert.True(images.HasByteValues);
    }

    [SkippableFact]
    public void A_file_with_other_names_is_refused()
    {
        var error = Assert.Throws<ImageFormatException>(() => MedMnistFile.Open(RepositoryFiles.RequireShared(Natural)));
        Assert.Contains("the file has: images, labels", error.Problem, StringComparison.Ordinal);
    }
}
