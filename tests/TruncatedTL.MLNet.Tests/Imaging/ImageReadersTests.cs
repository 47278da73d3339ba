using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging;

public sealed class ImageReadersTests
{
    public static TheoryData<string> Samples => [.. SampleFiles.All.Select(sample => sample.Name)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_content_finds_its_reader_whatever_the_suffix(string sampleName)
    {
        var sample = Sample(sampleName);
        var content = sample.Wrap?.Invoke(sample.Content) ?? sample.Content;
        var head = content[..Math.Min(content.Length, ImageReaders.HeadLength)];
        Assert.Equal([sample.Reader], ImageReaders.All.Where(reader => reader.Recognises(head)).Select(reader => reader.Name));
        var options = new ImageReadOptions { Frame = 0 };
        var expected = ImageReaders.Read(content, sampleName, options);
        var actual = ImageReaders.Read(content, "misnamed.xyz", options);
        Assert.True(expected.Values.AsSpan().SequenceEqual(actual.Values));
        Assert.Equal(expected.SpatialShape, actual.SpatialShape);
    }

    [Fact]
    public void Every_reader_has_samples_and_suffixes_of_its_own()
    {
        Assert.All(SampleFiles.All, sample => Assert.Contains(ImageReaders.All, reader => reader.Name == sample.Reader));
        Assert.Superset(SampleFiles.All.Select(sample => sample.Reader).ToHashSet(), ImageReaders.All.Select(reader => reader.Name).ToHashSet());
        var suffixes = ImageReaders.All.SelectMany(reader => reader.Suffixes).ToArray();
        Assert.Equal(suffixes.Length, suffixes.Distinct().Count());
        Assert.All(suffixes, suffix => Assert.Matches(@"^\.[a-z0-9.]+$", suffix));
        Assert.Superset(new HashSet<string> { ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".nii", ".nii.gz", ".npy" }, ImageReaders.Suffixes.ToHashSet());
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".tif")]
    [InlineData(".bmp")]
    [InlineData(".webp")]
    [InlineData(".gif")]
    [InlineData(".nii")]
    [InlineData(".nii.gz")]
    [InlineData(".npy")]
    [InlineData(".hdr")]
    [InlineData(".img")]
    public void Content_of_no_known_format_is_refused_by_the_reader_of_its_suffix(string suffix)
    {
        ImagingSupport.AssertRefused([], "empty" + suffix, string.Empty);
        ImagingSupport.AssertRefused("These are words and no image at all, by any format."u8.ToArray(), "words" + suffix.ToUpperInvariant(), string.Empty);
        ImagingSupport.AssertRefused([0x1F, 0x8B, 8, 0, 1, 2, 3], "gzip" + suffix, string.Empty);
    }

    [Fact]
    public void An_unknown_suffix_and_content_is_refused_with_what_is_known()
    {
        ImagingSupport.AssertRefused([1, 2, 3], "a.xyz", "neither the content nor the suffix");
    }

    [Fact]
    public void Files_are_read_from_disk()
    {
        using var folder = new TemporaryFolder();
        var sample = Sample("grey16.png");
        Assert.Equal(ImageReaders.Read(sample.Content, "a.png").Values, ImageReaders.Read(folder.Write("a.png", sample.Content)).Values);
        Assert.Throws<FileNotFoundException>(() => ImageReaders.Read(folder.PathOf("absent.png")));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Too_many_values_are_refused_before_memory_is_taken(string sampleName)
    {
        var sample = Sample(sampleName);
        var content = sample.Wrap?.Invoke(sample.Content) ?? sample.Content;
        var error = Assert.Throws<ImageFormatException>(() => ImageReaders.Read(content, sampleName, new ImageReadOptions { Frame = 0, MaxValues = 10 }));
        Assert.Contains("the limit is 10", error.Problem, StringComparison.Ordinal);
    }

    private static SampleFile Sample(string name) => SampleFiles.All.Single(sample => sample.Name == name);
}
