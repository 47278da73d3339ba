using System.Text;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>The specification itself: validation, JSON, equality, and the serving call.</summary>
public sealed class ImagePreparationTests
{
    [Fact]
    public void JSON_gives_back_the_same_preparation()
    {
        foreach (var preparation in RandomPreparations.Of(count: 300, seed: 1))
        {
            var again = ImagePreparation.FromJson(preparation.ToJson());
            Assert.Equal(preparation, again);
            Assert.Equal(preparation.GetHashCode(), again.GetHashCode());
            Assert.Equal(preparation.Size, again.Size);
            Assert.Equal(preparation.Channels, again.Channels);
            Assert.Equal(preparation.Fit, again.Fit);
            Assert.Equal(preparation.SpacingMillimetres, again.SpacingMillimetres);
            Assert.Equal(preparation.PadValue, again.PadValue);
            Assert.Equal(preparation.Intensity, again.Intensity);
            Assert.Equal(preparation.Frame, again.Frame);
            Assert.Equal(preparation.ReorientToRas, again.ReorientToRas);
            Assert.Equal(preparation.ReducedDecoding, again.ReducedDecoding);
        }
    }

    [Fact]
    public void JSON_is_readable_and_stable()
    {
        var preparation = new ImagePreparation([64, 128, 128]) { SpacingMillimetres = [2.5, 1.5, 1.5], PadValue = -1024, Intensity = ImageIntensity.XRay };
        Assert.Equal(
            """{"version":1,"size":[64,128,128],"channels":1,"fit":"pad","spacingMillimetres":[2.5,1.5,1.5],"padValue":-1024,"intensity":{"kind":"fileWindow","fallback":{"kind":"percentiles","lower":0.5,"upper":99.5,"maximum":1}},"reorientToRas":false}""",
            preparation.ToJson());
        Assert.NotEqual(preparation, new ImagePreparation([64, 128, 128]) { SpacingMillimetres = [2.5, 1.5, 1.5], PadValue = -1024 });
    }

    [Fact]
    public void Reduced_decoding_is_written_where_it_is_on_and_off_where_nothing_is_written()
    {
        const string Off = """{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false}""";
        const string On = """{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false,"reducedDecoding":true}""";
        Assert.False(ImagePreparation.FromJson(Off).ReducedDecoding);
        Assert.Equal(Off, ImagePreparation.FromJson(Off).ToJson());
        Assert.Equal(On, new ImagePreparation([4, 4]) { ReducedDecoding = true }.ToJson());
        Assert.NotEqual(ImagePreparation.FromJson(Off), ImagePreparation.FromJson(On));
        Assert.EndsWith("reduced decoding", ImagePreparation.FromJson(On).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":"1"}""")]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"size":[0,4],"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":null,"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":0,"intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"fill","intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"unchanged","lower":3},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"range","lower":3},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"range","lower":3,"upper":2,"maximum":1},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false,"sharpen":true}""")]
    [InlineData("""{"version":1,"size":[4,4],"size":[5,5],"channels":1,"fit":"pad","intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    [InlineData("""{"version":1,"size":[4,4],"channels":1,"fit":"pad","spacingMillimetres":[1],"intensity":{"kind":"unchanged"},"reorientToRas":false}""")]
    public void What_is_not_exactly_a_preparation_is_refused(string json)
    {
        Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromJson(json));
    }

    [Fact]
    public void A_newer_version_is_named_as_the_reason()
    {
        var error = Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromJson("""{"version":2,"anything":[]}"""));
        Assert.Contains("version 2; this library reads version 1", error.Message);
    }

    [Fact]
    public void Damaged_JSON_never_fails_in_another_way()
    {
        var random = new Random(1);
        var originals = RandomPreparations.Of(count: 20, seed: 2).Select(p => Encoding.UTF8.GetBytes(p.ToJson())).ToArray();
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var bytes = originals[i % originals.Length].ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                ImagePreparation.FromJson(Encoding.UTF8.GetString(bytes));
            }
            catch (ImagePreparationException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 2000, 3000);
        Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromJson(new string('[', 10_000)));
        Assert.Throws<ImagePreparationException>(() => ImagePreparation.FromJson(new string(' ', 1_000_000)));
    }

    [Fact]
    public void Impossible_preparations_are_refused_when_they_are_made()
    {
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4]));
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4, 4, 4, 4]));
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4, 0]));
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4, ImagePreparation.MaxLength + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreparation([4, 4], channels: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreparation([16384, 16384], channels: 2));
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4, 4]) { SpacingMillimetres = [1, 1, 1] });
        Assert.Throws<ArgumentException>(() => new ImagePreparation([4, 4]) { SpacingMillimetres = [1, double.NaN] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreparation([4, 4]) { PadValue = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreparation([4, 4]) { Fit = (ImageFit)9 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImagePreparation([4, 4]) { Frame = -1 });
        Assert.Throws<ArgumentNullException>(() => new ImagePreparation([4, 4]) { Intensity = null! });
    }

    [Fact]
    public void A_file_and_its_content_are_prepared_alike()
    {
        using var folder = new TemporaryFolder();
        var image = new DecodedImage([.. Enumerable.Range(0, 60).Select(i => (float)(i * i))], 1, [6, 10]);
        var path = folder.Write("a" + PlainImageFile.Suffix, PlainImageFile.Write(image));
        var preparation = new ImagePreparation([8, 8], channels: 3) { Intensity = ImageIntensity.Range(0, 3500) };
        var expected = preparation.Apply(image);
        Assert.Equal(preparation.ValueCount, expected.Length);
        Assert.Equal(expected, preparation.Load(path));
        Assert.Equal(expected, preparation.Load(File.ReadAllBytes(path), "a"));
        Assert.Throws<MLNet.Data.ImageFormatException>(() => preparation.Load(path, maxValues: 59));
        Assert.ThrowsAny<IOException>(() => preparation.Load(path + "x"));
    }
}
