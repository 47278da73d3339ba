using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>Real files against the values that another reader gave.</summary>
public sealed class SharedDicomTests
{
    private static readonly string[] UnsupportedSyntaxes =
    [
        "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91",
    ];

    // Slope and intercept of this file are in its functional groups.
    private const string EnhancedCt = "ct_transfer_syntaxes/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm";

    private static readonly string[] LossySyntaxes = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];

    [SkippableFact]
    public void Every_file_of_a_supported_syntax_has_the_values_of_the_reference()
    {
        var rows = ExpectedDicom.All().Where(row => row.HasValues && !UnsupportedSyntaxes.Contains(row.TransferSyntax)).ToArray();
        Assert.Equal(39, rows.Length);
        foreach (var row in rows)
        {
            var decoded = ImageReaders.Read(ExpectedDicom.PathOf(row.File));
            CheckForm(row, decoded);
            CheckValues(row, decoded);
        }
    }

    [SkippableFact]
    public void Every_file_of_another_syntax_is_refused_by_name()
    {
        var rows = ExpectedDicom.All().Where(row => UnsupportedSyntaxes.Contains(row.TransferSyntax)).ToArray();
        Assert.Equal(6, rows.Length);
        foreach (var row in rows)
        {
            var path = ExpectedDicom.PathOf(row.File);
            var exception = Assert.Throws<UnsupportedTransferSyntaxException>(() => ImageReaders.Read(path));
            Assert.Equal(row.TransferSyntax, exception.Uid);
            Assert.Contains("JPEG", exception.TransferSyntaxName, StringComparison.Ordinal);
            Assert.Contains(exception.TransferSyntaxName, exception.Message, StringComparison.Ordinal);
            Assert.Matches("gdcmconv|dcmdjpeg", exception.Message);
            Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(row.Cells["patient_id"], exception.Message[path.Length..], StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData("ct_transfer_syntaxes/no-pixel-data.dcm", "no pixel data")]
    [InlineData("varied/MR_truncated.dcm", "cut off")]
    [InlineData("varied/badVR.dcm", "NumberOfFrames (0028,0008) is not a whole number")]
    public void Damaged_files_are_refused_with_the_reason(string file, string reason)
    {
        var exception = Assert.Throws<ImageFormatException>(() => ImageReaders.Read(ExpectedDicom.PathOf(file)));
        Assert.Contains(reason, exception.Problem, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Lossless_syntaxes_of_one_image_agree_in_every_value()
    {
        string[] lossless = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.5"];
        var rows = ExpectedDicom.All().Where(row => row.File.Contains("/CTImage.dcm", StringComparison.Ordinal) && lossless.Contains(row.TransferSyntax)).ToArray();
        Assert.Equal(8, rows.Length);
        var first = ImageReaders.Read(ExpectedDicom.PathOf(rows[0].File));
        foreach (var row in rows[1..])
        {
            var other = ImageReaders.Read(ExpectedDicom.PathOf(row.File));
            Assert.True(first.Values.AsSpan().SequenceEqual(other.Values), row.File);
            Assert.Equal(new IntensityWindow(40, 400), Assert.Single(other.Windows));
            Assert.Equal([0.675781, 0.675781], other.SpacingMillimetres);
        }
    }

    [SkippableFact]
    public void A_frame_of_several_is_the_same_alone()
    {
        var path = ExpectedDicom.PathOf(EnhancedCt);
        var volume = ImageReaders.Read(path);
        Assert.Equal([2, 512, 512], volume.SpatialShape);
        for (var frame = 0; frame < 2; frame++)
        {
            var alone = ImageReaders.Read(path, new ImageReadOptions { Frame = frame });
            Assert.Equal([512, 512], alone.SpatialShape);
            Assert.True(volume.Values.AsSpan(frame * 512 * 512, 512 * 512).SequenceEqual(alone.Values));
        }
    }

    [SkippableFact]
    public void Scale_spacing_and_window_of_an_enhanced_image_come_from_its_functional_groups()
    {
        var path = ExpectedDicom.PathOf(EnhancedCt);
        var image = ImageReaders.Read(path);
        Assert.Equal(Open(path).Stored(1).Select(value => (float)(value - 1024)), image.Values[(512 * 512)..]);
        Assert.Equal([0.388672, 0.388672], image.SpacingMillimetres!.Skip(1));
        Assert.Equal(49, Assert.Single(image.Windows).Center);
    }

    [SkippableTheory]
    [InlineData("CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", 5)]
    [InlineData("CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm", 25)]
    public void Lossy_jpeg_stays_near_the_image_that_was_compressed(string file, double meanDifference)
    {
        var original = ImageReaders.Read(ExpectedDicom.PathOf("ct_transfer_syntaxes/CTImage.dcm"));
        var lossy = ImageReaders.Read(ExpectedDicom.PathOf("ct_transfer_syntaxes/" + file));

        // One step of the 12-bit file is 2 Hounsfield units, one of the 8-bit file 32.
        var difference = original.Values.Zip(lossy.Values).Average(pair => (double)Math.Abs(pair.First - pair.Second));
        Assert.InRange(difference, 0, meanDifference);
    }

    [SkippableTheory]
    [InlineData("CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm")]
    [InlineData("CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm")]
    public void Progressive_jpeg_has_the_values_of_sequential_jpeg(string file)
    {
        // The same coefficients in another order, so that every value must be the same.
        var sequential = ImageReaders.Read(ExpectedDicom.PathOf("ct_transfer_syntaxes/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm"));
        Assert.True(sequential.Values.AsSpan().SequenceEqual(ImageReaders.Read(ExpectedDicom.PathOf("ct_transfer_syntaxes/" + file)).Values));
    }

    [SkippableFact]
    public void Ultrasound_with_shared_chrominances_becomes_red_green_blue()
    {
        var path = ExpectedDicom.PathOf("ct_transfer_syntaxes/US-YBR_FULL_422-EVRLE.dcm");
        var image = ImageReaders.Read(path);
        var stored = Open(path).Stored(0);
        Assert.True(image.HasByteValues);
        Assert.Equal(3, image.Channels);
        var plane = 555 * 800;
        foreach (var pixel in (int[])[0, 801, 123_456, plane - 1])
        {
            var (y, blue, red) = (stored[3 * pixel], stored[(3 * pixel) + 1] - 128, stored[(3 * pixel) + 2] - 128);
            Assert.Equal(Math.Clamp(y + (1.402 * red), 0, 255), image.Values[pixel], 0.501);
            Assert.Equal(Math.Clamp(y - (0.344136 * blue) - (0.714136 * red), 0, 255), image.Values[plane + pixel], 0.501);
            Assert.Equal(Math.Clamp(y + (1.772 * blue), 0, 255), image.Values[(2 * plane) + pixel], 0.501);
        }
    }

    private static void CheckForm(ExpectedDicom row, DecodedImage decoded)
    {
        int[] plane = [row.Integer("rows"), row.Integer("columns")];
        Assert.Equal(row.Integer("frames") == 1 ? plane : [row.Integer("frames"), .. plane], decoded.SpatialShape);
        Assert.Equal(row.Cells["photometric"] is "MONOCHROME1" or "MONOCHROME2" ? 1 : 3, decoded.Channels);
        Assert.Equal(row.Cells["photometric"] == "MONOCHROME1", decoded.LowestIsWhite);
        Assert.Equal(row.Cells["patient_id"] is { Length: > 0 } id ? id : null, decoded.Origin!.PatientId);
    }

    private static void CheckValues(ExpectedDicom row, DecodedImage decoded)
    {
        // For colours the reference gives what is stored, before any table or conversion; and it does not look into functional groups.
        var description = Open(ExpectedDicom.PathOf(row.File));
        var values = decoded.Channels == 1 && row.File != EnhancedCt
            ? decoded.Values
            : Enumerable.Range(0, row.Integer("frames")).SelectMany(description.Stored).Select(value => (float)value).ToArray();
        Assert.Equal(row.Integer("samples"), description.Description.Samples);
        Assert.Equal(row.Integer("bits_stored"), description.Description.BitsStored);
        Assert.Equal(row.Integer("signed") == 1, description.Description.IsSigned);
        var mean = values.Average(value => (double)value);
        if (LossySyntaxes.Contains(row.TransferSyntax))
        {
            // Decoders round differently; by how much is two steps of the stored values at most.
            var slope = row.Cells["slope"].Length > 0 ? row.Number("slope") : 1;
            Assert.True(Math.Abs(mean - row.Number("modality_mean")) < 2, $"{row.File}: mean {mean}");
            Assert.Equal(row.Number("modality_min"), values.Min(), 2 * slope);
            Assert.Equal(row.Number("modality_max"), values.Max(), 2 * slope);
            Assert.Equal(row.Number("first_pixel"), values[0], 2 * slope);
            Assert.Equal(row.Number("last_pixel"), values[^1], 2 * slope);
            return;
        }

        Assert.Equal((float)row.Number("modality_min"), values.Min());
        Assert.Equal((float)row.Number("modality_max"), values.Max());
        Assert.Equal((float)row.Number("first_pixel"), values[0]);
        Assert.Equal((float)row.Number("last_pixel"), values[^1]);
        Assert.True(Math.Abs(mean - row.Number("modality_mean")) <= 1e-6 * Math.Max(1, Math.Abs(mean)), $"{row.File}: mean {mean}");
    }

    private static DicomImage Open(string path) => DicomImage.Of(DicomFile.Parse(File.ReadAllBytes(path), path, ImageReadOptions.DefaultMaxValues));
}
