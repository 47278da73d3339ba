using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>Resizing against PyTorch, torchvision and Pillow; fitting, spacing, padding and channels against values worked out by hand.</summary>
public sealed class ImageGeometryTests
{
    public static TheoryData<string> CasesOf(string kind) =>
        new(ResizeReference.Cases.Where(c => c.Kind.ToString() == kind).Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Float))]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Trilinear))]
    public void Float_images_are_resized_as_by_PyTorch(string name)
    {
        var reference = Case(name);
        var image = new DecodedImage(ResizeReference.SourceFloats(reference.SourceShape), reference.SourceShape[0], reference.SourceShape[1..]);
        Agreement.Require(reference.Expected, Stretched(reference).Apply(image), tolerance: 2e-6);
    }

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Torchvision))]
    public void Byte_images_are_resized_as_by_torchvision(string name)
    {
        var reference = Case(name);
        Assert.Equal(reference.Expected, Stretched(reference).Apply(ByteImage(reference)));
    }

    [Theory]
    [MemberData(nameof(CasesOf), nameof(ResizeReferenceKind.Pillow))]
    public void Byte_images_differ_from_Pillows_by_at_most_one_level(string name)
    {
        var reference = Case(name);
        var levels = reference.Expected.Zip(Stretched(reference).Apply(ByteImage(reference)), (expected, actual) => Math.Abs(expected - actual)).ToArray();
        Assert.True(levels.Max() <= 1);
        Assert.True(levels.Average() < 0.2, $"{levels.Average():0.000} of the values differ.");
    }

    [Fact]
    public void Padding_keeps_the_whole_image_in_the_middle_and_adds_its_darkest_value()
    {
        // Four by two becomes four by four: nothing is resized.
        var image = new DecodedImage([-1000, 2, 3, 4, 5, 6, 7, 8], 1, [2, 4]);
        var result = new ImagePreparation([4, 4]).Apply(image);
        Assert.Equal([-1000, -1000, -1000, -1000, -1000, 2, 3, 4, 5, 6, 7, 8, -1000, -1000, -1000, -1000], result);
        Assert.Equal(7.5f, new ImagePreparation([4, 4]) { PadValue = 7.5 }.Apply(image)[0]);
    }

    [Fact]
    public void Padding_of_a_white_background_image_is_its_highest_value()
    {
        var image = new DecodedImage([9, 2, 3, 4], 1, [1, 4]) { LowestIsWhite = true };
        Assert.Equal([9, 9, 9, 9, 9, 2, 3, 4, 9, 9, 9, 9, 9, 9, 9, 9], new ImagePreparation([4, 4]).Apply(image));
    }

    [Fact]
    public void An_uneven_rest_of_padding_and_cutting_goes_to_the_end_and_the_beginning_stays()
    {
        var image = new DecodedImage([1, 2, 3, 4, 5, 6], 1, [3, 2]);
        Assert.Equal([1, 2, 1, 3, 4, 1, 5, 6, 1], new ImagePreparation([3, 3]).Apply(image));

        var wide = new DecodedImage([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1, [2, 5]);
        Assert.Equal([2f, 3, 4, 7, 8, 9], new ImagePreparation([2, 3]) { Fit = ImageFit.CentreCrop }.Apply(wide));
        Assert.Equal([2f, 3, 7, 8], new ImagePreparation([2, 2]) { Fit = ImageFit.CentreCrop }.Apply(wide));
    }

    [Theory]
    [InlineData(ImageFit.Pad)]
    [InlineData(ImageFit.CentreCrop)]
    [InlineData(ImageFit.Stretch)]
    public void An_image_of_one_value_stays_one_value(ImageFit fit)
    {
        foreach (var (height, width) in new[] { (1, 1), (3, 200), (64, 63), (17, 1) })
        {
            var image = new DecodedImage(Enumerable.Repeat(0.7f, height * width).ToArray(), 1, [height, width]);
            Assert.All(new ImagePreparation([24, 31]) { Fit = fit }.Apply(image), value => Assert.Equal(0.7f, value, 1e-6f));
        }
    }

    [Fact]
    public void Halving_by_spacing_is_halving_by_size()
    {
        var values = ResizeReference.SourceFloats([1, 6, 8, 10]);
        var image = new DecodedImage(values, 1, [6, 8, 10]) { SpacingMillimetres = [1, 0.5, 0.5] };
        var bySpacing = new ImagePreparation([3, 4, 5]) { SpacingMillimetres = [2, 1, 1] }.Apply(image);
        var bySize = new ImagePreparation([3, 4, 5]) { Fit = ImageFit.Stretch }.Apply(image);
        Agreement.Require(bySize, bySpacing, tolerance: 1e-6);
    }

    [Fact]
    public void A_ramp_in_millimetres_is_the_same_ramp_at_any_spacing()
    {
        // The value is the position in millimetres from the middle. Interpolation keeps it exactly; the wider filter of shrinking has few taps and keeps it nearly.
        const double Spacing = 0.8;
        var image = new DecodedImage([.. Enumerable.Range(0, 41).Select(i => (float)((i + 0.5 - 20.5) * Spacing))], 1, [1, 1, 41]) { SpacingMillimetres = [1, 1, Spacing] };
        foreach (var target in new[] { 0.3, 0.8, 1.1, 2.5 })
        {
            var result = new ImagePreparation([1, 1, 9]) { SpacingMillimetres = [1, 1, target] }.Apply(image);
            for (var i = 0; i < 9; i++)
            {
                // A length that is an even number of steps has its middle between two results.
                var isEven = (long)Math.Round(41 * Spacing / target) % 2 == 0;
                var expected = (i - 4 + (isEven ? -0.5 : 0)) * target;
                Assert.Equal(expected, result[i], target > Spacing ? 0.05 * target : 1e-4);
            }
        }
    }

    [Fact]
    public void What_the_field_of_view_does_not_cover_is_padded_and_what_exceeds_it_is_cut()
    {
        var image = new DecodedImage([.. Enumerable.Range(0, 2 * 4 * 2).Select(i => (float)i)], 1, [2, 4, 2]) { SpacingMillimetres = [3, 3, 3] };
        var result = new ImagePreparation([3, 2, 2]) { SpacingMillimetres = [3, 3, 3], PadValue = -1024 }.Apply(image);
        Assert.Equal([2, 3, 4, 5, 10, 11, 12, 13, -1024, -1024, -1024, -1024], result);
    }

    [Fact]
    public void Colour_becomes_grey_by_the_known_weights_and_grey_is_repeated()
    {
        var colour = new DecodedImage([100, 0, 0, 255, 0, 100, 0, 255, 0, 0, 100, 255], 3, [2, 2]);
        Agreement.Require([29.9f, 58.7f, 11.4f, 255], new ImagePreparation([2, 2]).Apply(colour), tolerance: 1e-6);
        Assert.Equal([1, 2, 1, 2, 1, 2], new ImagePreparation([1, 2], channels: 3).Apply(new DecodedImage([1, 2], 1, [1, 2])));
        Assert.Equal([30], new ImagePreparation([1, 1]).Apply(new DecodedImage([100, 0, 0], 3, [1, 1]) { HasByteValues = true }));
    }

    [Fact]
    public void A_volume_of_one_slice_is_an_image_and_other_ranks_are_refused()
    {
        var slice = new DecodedImage([1, 2, 3, 4], 1, [1, 2, 2]) { SpacingMillimetres = [5, 1, 1] };
        Assert.Equal([1, 2, 3, 4], new ImagePreparation([2, 2]) { SpacingMillimetres = [1, 1] }.Apply(slice));
        var error = Assert.Throws<ImageFormatException>(() => new ImagePreparation([2, 2]).Apply(new DecodedImage(new float[8], 1, [2, 2, 2]), "scan.nii"));
        Assert.Equal("scan.nii: it has 3 axes (2 x 2 x 2); the preparation is for images of 2", error.Message);
        Assert.Throws<ImageFormatException>(() => new ImagePreparation([2, 2, 2]).Apply(new DecodedImage(new float[4], 1, [2, 2])));
    }

    [Fact]
    public void Images_that_cannot_be_prepared_are_refused_by_name()
    {
        var volume = new DecodedImage(new float[8], 1, [2, 2, 2]);
        var preparation = new ImagePreparation([2, 2, 2]) { SpacingMillimetres = [1, 1, 1] };
        Assert.Contains("does not say its spacing", Assert.Throws<ImageFormatException>(() => preparation.Apply(volume, "a")).Message);
        foreach (var bad in new[] { 0, -1, double.NaN, double.PositiveInfinity, 1e-300, 1e300 })
        {
            Assert.Throws<ImageFormatException>(() => preparation.Apply(new DecodedImage(new float[8], 1, [2, 2, 2]) { SpacingMillimetres = [1, bad, 1] }));
        }

        Assert.Contains("4 channels", Assert.Throws<ImageFormatException>(() => new ImagePreparation([1, 1]).Apply(new DecodedImage(new float[4], 4, [1, 1]))).Message);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity })
        {
            Assert.Contains("not a finite number", Assert.Throws<ImageFormatException>(() => new ImagePreparation([1, 1]).Apply(new DecodedImage([bad], 1, [1, 1]))).Message);
        }
    }

    [Fact]
    public void The_readers_image_is_never_changed()
    {
        float[] values = [10, 20, 30, 40];
        var image = new DecodedImage(values, 1, [2, 2]);
        var result = new ImagePreparation([2, 2]) { Intensity = ImageIntensity.Range(0, 40) }.Apply(image);
        Assert.Equal([0.25f, 0.5f, 0.75f, 1], result);
        Assert.Equal([10, 20, 30, 40], values);
    }

    private static ImagePreparation Stretched(ResizeReferenceCase reference) => new(reference.Target, reference.SourceShape[0]) { Fit = ImageFit.Stretch };

    private static DecodedImage ByteImage(ResizeReferenceCase reference) =>
        new([.. ResizeReference.SourceBytes(reference.SourceShape).Select(b => (float)b)], reference.SourceShape[0], reference.SourceShape[1..]) { HasByteValues = true };

    private static ResizeReferenceCase Case(string name) => ResizeReference.Cases.Single(c => c.ToString() == name);
}
