using System.Globalization;
using System.IO.Compression;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Nifti;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Nifti;

/// <summary>Against nibabel: small files made by it (make_nifti_reference.py), and real ones with the facts that it found.</summary>
public sealed class NiftiReferenceTests
{
    private static readonly NiftiReferenceCase[] Cases = ImagingSupport.Reference<NiftiReferenceCase>("Nifti", "nifti_reference.json");

    public static TheoryData<string> Names => [.. Cases.Select(reference => reference.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_places_and_orientation_are_those_of_the_reference(string name)
    {
        var reference = Cases.Single(candidate => candidate.Name == name);
        var content = Convert.FromBase64String(reference.Content);
        AssertImage(ImageReaders.Read(content, "a.nii"), reference.Shape, reference.Spacing, reference.Values);
        AssertImage(ImageReaders.Read(content, "a.nii", new ImageReadOptions { ReorientToRas = true }), reference.RasShape, reference.RasSpacing, reference.Ras);
        Assert.Equal(reference.Orientation, OrientationOf(content));
    }

    [Fact]
    public void The_references_cover_all_48_orientations()
    {
        Assert.Equal(48, Cases.Select(reference => reference.Orientation).Distinct().Count());
    }

    [SkippableTheory]
    [InlineData("anatomical.nii")]
    [InlineData("example4d.nii.gz")]
    [InlineData("example_nifti2.nii.gz")]
    [InlineData("functional.nii")]
    [InlineData("reoriented_anat_moved.nii")]
    [InlineData("resampled_anat_moved.nii")]
    [InlineData("someones_anatomy.nii.gz")]
    [InlineData("someones_epi.nii.gz")]
    [InlineData("standard.nii.gz")]
    public void Real_files_have_the_facts_that_the_reference_found(string file)
    {
        var content = File.ReadAllBytes(RepositoryFiles.RequireShared("data", "nifti", file));
        var facts = File.ReadLines(RepositoryFiles.RequireShared("data", "nifti", "expected.csv")).Select(line => line.Split(',')).Single(columns => columns[0] == file);
        double[] Numbers(string text) => [.. text.Split('x').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        var shape = Numbers(facts[1]);
        var frames = shape.Length == 4 ? (int)shape[3] : 1;
        var images = Enumerable.Range(0, frames).Select(frame => ImageReaders.Read(content, file, new ImageReadOptions { Frame = frame })).ToArray();
        Assert.All(images, image => Assert.Equal(shape.Take(3).Reverse().Select(length => (int)length), image.SpatialShape));
        Assert.All(images, image => AssertClose(Numbers(facts[3]).Take(3).Reverse().ToArray(), image.SpacingMillimetres!, 1e-6));
        Assert.Equal(facts[4], OrientationOf(content));

        var values = images.SelectMany(image => image.Values).ToArray();
        Assert.Equal(facts[5] == "nan", values.Any(float.IsNaN));
        if (facts[5] != "nan")
        {
            double[] found = [values.Min(), values.Max(), values.Average(value => (double)value), values[0], values[^1]];
            AssertClose([.. facts.Skip(5).Take(5).SelectMany(Numbers)], found, 1e-6 * Math.Abs(found[1]));
        }

        if (frames > 1)
        {
            ImagingSupport.AssertRefused(content, file, $"has {frames} points in time");
        }
    }

    private static string OrientationOf(byte[] content)
    {
        if (content[0] == 0x1F)
        {
            using var inflated = new MemoryStream();
            new GZipStream(new MemoryStream(content), CompressionMode.Decompress).CopyTo(inflated);
            content = inflated.ToArray();
        }

        return NiftiOrientation.Of(NiftiHeader.Parse(content.AsSpan(0, NiftiHeader.LengthOf(content)), "reference"))!.ToString();
    }

    private static void AssertImage(DecodedImage image, int[] shape, double[] spacing, float[] values)
    {
        Assert.Equal(1, image.Channels);
        Assert.Equal(shape.Reverse(), image.SpatialShape);
        AssertClose([.. spacing.Reverse()], image.SpacingMillimetres!, 1e-5);
        AssertClose([.. values.Select(value => (double)value)], [.. image.Values.Select(value => (double)value)], 1e-3);
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.InRange(expected.Zip(actual, (first, second) => Math.Abs(first - second)).Max(), 0, tolerance);
    }
}
