using TruncatedTL.MLNet.Imaging;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Raster;

/// <summary>Files written by another library, with the values that it has for them (make_raster_reference.py).</summary>
public sealed class RasterReferenceTests
{
    private static readonly RasterReferenceCase[] Cases = ImagingSupport.Reference<RasterReferenceCase>("Raster", "raster_reference.json");

    public static TheoryData<string> Names => [.. Cases.Select(reference => reference.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_those_of_the_reference(string name)
    {
        var reference = Cases.Single(candidate => candidate.Name == name);
        var image = ImageReaders.Read(Convert.FromBase64String(reference.Content), name);
        Assert.Equal(reference.Channels, image.Channels);
        Assert.Equal(reference.Shape, image.SpatialShape);
        Assert.Equal(!name.Contains("16", StringComparison.Ordinal) && !name.Contains("float", StringComparison.Ordinal), image.HasByteValues);
        Assert.Null(image.SpacingMillimetres);
        Assert.Null(image.Origin);
        var largest = image.Values.Zip(reference.Values, (actual, expected) => Math.Abs(actual - expected)).Max();
        Assert.InRange(largest, 0, reference.Tolerance);
    }

    [Fact]
    public void Every_format_is_among_the_references()
    {
        Assert.Equal([".bmp", ".gif", ".jpg", ".png", ".tif", ".webp"], Cases.Select(reference => Path.GetExtension(reference.Name)).Distinct().Order());
    }
}
