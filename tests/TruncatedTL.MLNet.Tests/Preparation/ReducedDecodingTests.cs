using System.Buffers.Binary;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>JPEG decoded at a part of its size: when, how much it changes, and that training and serving agree.</summary>
public sealed class ReducedDecodingTests
{
    [Theory]
    [InlineData(0.5, 51, 34)]
    [InlineData(0.51, 101, 67)]
    [InlineData(0.26, 51, 34)]
    [InlineData(0.25, 26, 17)]
    [InlineData(0.125, 13, 9)]
    [InlineData(0.01, 13, 9)]
    [InlineData(1.7, 101, 67)]
    public void The_smallest_size_that_is_no_smaller_than_asked_is_decoded(double least, int height, int width)
    {
        var content = Jpeg(101, 67, channels: 3);
        Assert.Equal([height, width], Read(content, (_, _) => least).SpatialShape);
        Assert.Equal([101, 67], Read(content, leastScale: null).SpatialShape);
        Assert.Equal([height, width], Read(Jpeg(101, 67, channels: 1), (_, _) => least).SpatialShape);
    }

    [Fact]
    public void A_turned_image_is_asked_by_its_upright_shape_and_turned_when_small()
    {
        var asked = new List<(int Height, int Width)>();
        var turned = Read(WithOrientation(Jpeg(40, 24, channels: 1), orientation: 6), (height, width) =>
        {
            asked.Add((height, width));
            return 0.5;
        });
        Assert.Equal([(24, 40)], asked);
        Assert.Equal([12, 20], turned.SpatialShape);
        var straight = Read(Jpeg(40, 24, channels: 1), (_, _) => 0.5);

        // Orientation 6: what is stored at the bottom left is shown at the top left.
        Assert.Equal(straight.Values[19 * 12], turned.Values[0]);
        Assert.Equal(straight.Values[0], turned.Values[19]);
    }

    [Theory]
    [InlineData(ImageFit.Pad, 60, 60, 60)]
    [InlineData(ImageFit.Pad, 61, 61, 120)]
    [InlineData(ImageFit.Pad, 240, 40, 60)]
    [InlineData(ImageFit.Stretch, 60, 80, 120)]
    [InlineData(ImageFit.Stretch, 60, 81, 240)]
    [InlineData(ImageFit.CentreCrop, 120, 10, 120)]
    [InlineData(ImageFit.CentreCrop, 121, 10, 240)]
    public void The_decoded_image_is_no_smaller_than_what_it_is_resized_to(ImageFit fit, int height, int width, int decodedHeight)
    {
        // 240 x 160; padded to 60 it becomes 60 x 40, a quarter, and padded to 61 more than a quarter.
        var preparation = new ImagePreparation([height, width]) { Fit = fit, ReducedDecoding = true };
        var decoded = Read(Jpeg(240, 160, channels: 1), preparation.ReadOptions(ImageReadOptions.DefaultMaxValues).LeastScale);
        Assert.Equal([decodedHeight, decodedHeight * 2 / 3], decoded.SpatialShape);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Values_change_little(int channels)
    {
        var content = Jpeg(256, 256, channels);
        var full = new ImagePreparation([100, 100], channels).Load(content, "a.jpg");
        var reduced = new ImagePreparation([100, 100], channels) { ReducedDecoding = true }.Load(content, "a.jpg");
        var differences = full.Zip(reduced, (one, other) => Math.Abs(one - other)).ToArray();
        Assert.InRange(differences.Average(), 0.01, 2);
        Assert.InRange(differences.Max(), 1, 40);
        Assert.Equal(full.Average(), reduced.Average(), 0.5f);
    }

    [Fact]
    public void Other_formats_and_images_that_are_not_to_shrink_keep_their_values()
    {
        var preparation = new ImagePreparation([30, 30]);
        var reduced = new ImagePreparation([30, 30]) { ReducedDecoding = true };
        var png = SmallFormats.Encode(100, 100, Pixels(100, 100, 1), SKEncodedImageFormat.Png, 100);
        Assert.Equal(preparation.Load(png, "a.png"), reduced.Load(png, "a.png"));
        var small = Jpeg(40, 40, channels: 1);
        Assert.Equal(preparation.Load(small, "a.jpg"), reduced.Load(small, "a.jpg"));
        var volume = new ImagePreparation([4, 30, 30]) { ReducedDecoding = true };
        Assert.Null(volume.ReadOptions(1).LeastScale);
    }

    [Fact]
    public void Cut_files_are_refused_as_ever()
    {
        var content = Jpeg(64, 64, channels: 3);
        var preparation = new ImagePreparation([16, 16], 3) { ReducedDecoding = true };
        Assert.Equal([16, 16], Read(content, preparation.ReadOptions(1).LeastScale).SpatialShape);
        for (var length = 0; length < content.Length - 4; length += 7)
        {
            var error = Assert.ThrowsAny<ImageDataException>(() => preparation.Load(content.AsMemory(0, length), "a.jpg"));
            Assert.Contains("a.jpg", error.Message, StringComparison.Ordinal);
        }

        // The size that the file declares is what is limited, not the one that is decoded.
        Assert.ThrowsAny<ImageDataException>(() => preparation.Load(content, "a.jpg", maxValues: (3 * 64 * 64) - 1));
    }

    [Fact]
    public void Rows_and_a_program_that_serves_have_the_same_values()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/1.jpg", Jpeg(128, 96, channels: 3, image: 0));
        folder.Write("b/2.jpg", Jpeg(96, 128, channels: 3, image: 1));
        var preparation = new ImagePreparation([32, 32], 3) { ReducedDecoding = true };
        var options = new ImageLoadOptions { Preparation = preparation };
        var rows = new MLContext().Data.LoadImageFiles(folder.FullName, options).GetColumn<float[]>("Image").ToArray();
        var uncached = new MLContext().Data.LoadImageFiles(folder.FullName, options with { MemoryLimitBytes = 0 }).GetColumn<float[]>("Image").ToArray();
        var serving = ImagePreparation.FromJson(preparation.ToJson());
        Assert.Equal(rows[0], serving.Load(folder.PathOf("a/1.jpg")));
        Assert.Equal(rows[1], serving.Load(File.ReadAllBytes(folder.PathOf("b/2.jpg")), "2.jpg"));
        Assert.Equal(rows, uncached);
        Assert.NotEqual(rows[0], new ImagePreparation([32, 32], 3).Load(folder.PathOf("a/1.jpg")));
    }

    private static DecodedImage Read(byte[] content, Func<int, int, double>? leastScale) =>
        ImageReaders.Read(content, "a.jpg", new ImageReadOptions { LeastScale = leastScale });

    private static byte[] Jpeg(int height, int width, int channels, int image = 0) =>
        SmallFormats.Encode(width, height, Pixels(height, width, channels, image), SKEncodedImageFormat.Jpeg, 90);

    // The middle of an image drawn by formula; four lanes where there are colours.
    private static byte[] Pixels(int height, int width, int channels, int image = 0)
    {
        var size = Math.Max(32, Math.Max(height, width));
        var source = new FormulaLesionSource(new FormulaLesionOptions { ImagesPerClass = 2, Size = size, Channels = channels });
        var planar = new byte[source.ValuesPerImage];
        source.CopyImage(image, planar);
        var lanes = channels == 1 ? 1 : 4;
        var pixels = new byte[height * width * lanes];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (row, column, lane) = (i / lanes / width, i / lanes % width, i % lanes);
            pixels[i] = lane == 3 ? byte.MaxValue : planar[(lane * size * size) + (row * size) + column];
        }

        return pixels;
    }

    // Puts an EXIF segment with nothing but the orientation behind the start mark.
    private static byte[] WithOrientation(byte[] jpeg, ushort orientation)
    {
        byte[] tiff = [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(tiff.AsSpan(18), orientation);
        byte[] payload = [.. "Exif\0\0"u8, .. tiff];
        byte[] segment = [0xFF, 0xE1, 0, (byte)(payload.Length + 2), .. payload];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }
}
