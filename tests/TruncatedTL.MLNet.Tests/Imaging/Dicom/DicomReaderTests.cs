using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>Encodings of the data set: written by the tests' own writer, so that every value is known.</summary>
public sealed class DicomReaderTests
{
    private static readonly DicomReader Reader = new();

    public static TheoryData<bool, bool, bool> Encodings => new() { { true, false, false }, { false, false, false }, { true, true, false }, { true, false, true } };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_encoding_gives_the_same_image(bool isExplicit, bool isBigEndian, bool isDeflated)
    {
        foreach (var hasUndefinedLength in (bool[])[false, true])
        {
            var writer = Full(new DicomWriter { IsExplicit = isExplicit, IsBigEndian = isBigEndian, IsDeflated = isDeflated }, hasUndefinedLength);
            CheckFull(Read(writer));
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Preamble_and_meta_information_may_be_absent(bool isExplicit, bool isBigEndian)
    {
        foreach (var (hasPreamble, hasMeta) in ((bool, bool)[])[(true, false), (false, true), (false, false)])
        {
            var bytes = Full(new DicomWriter { IsExplicit = isExplicit, IsBigEndian = isBigEndian, HasPreamble = hasPreamble, HasMetaInformation = hasMeta }, false).ToArray();
            Assert.True(Reader.Recognises(bytes.AsSpan(0, Math.Min(bytes.Length, ImageReaders.HeadLength))));
            CheckFull(Reader.Read(bytes, "bare", new ImageReadOptions()));
        }
    }

    [Fact]
    public void The_first_element_overrules_a_transfer_syntax_that_is_wrong()
    {
        CheckFull(Read(Full(new DicomWriter { IsExplicit = false, TransferSyntax = "1.2.840.10008.1.2.1" }, false)));
        CheckFull(Read(Full(new DicomWriter { IsExplicit = true, TransferSyntax = "1.2.840.10008.1.2" }, true)));
    }

    [Fact]
    public void Other_formats_are_not_recognised()
    {
        byte[][] heads = [[], [8], [0x89, .. "PNG\r\n\u001a\n"u8], [0xFF, 0xD8, 0xFF, 0xE0, 0, 16], [.. "II*\0"u8, 8, 0, 0, 0], [0x5C, 1, 0, 0, 0, 0, 0, 0], "PK\u0003\u0004aaaa"u8.ToArray(), new byte[512]];
        Assert.All(heads, head => Assert.False(Reader.Recognises(head)));
        Assert.Contains("not a DICOM file", Refused("not dicom at all"u8.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_content_is_passed_over_whatever_its_form()
    {
        var writer = DicomWriter.Grey(1, 2, 5, 6);
        // What a writer did not know, as a sequence in implicit form; the compressed picture of an icon; private elements; every value representation.
        var implicitItem = new byte[] { 0xFE, 0xFF, 0x00, 0xE0, 10, 0, 0, 0, 0x28, 0, 0x10, 0, 2, 0, 0, 0, 9, 9, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0 };
        writer.Bytes(0x0011_1001, "UN", implicitItem, hasUndefinedLength: true);
        writer.Sequence(0x0088_0200, true, new DicomWriter().Image(3, 3, 8, "MONOCHROME2").Fragments([], [1, 2], [3, 4, 5, 6]));
        writer.Sequence(0x0008_1140, true, new DicomWriter().Sequence(0x0008_1140, true, new DicomWriter().Text(0x0028_0008, "IS", "9")));
        uint tag = 0x0013_1000;
        foreach (var vr in "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US OB OD OF OL OV OW SV UC UN UR UT UV".Split(' '))
        {
            writer.Bytes(tag++, vr, [1, 2, 3, 4, 5, 6, 7, 8]);
        }

        Assert.Equal([5, 6], Read(writer).Values);
    }

    [Fact]
    public void Identifiers_are_trimmed_and_empty_ones_are_none()
    {
        var origin = Read(DicomWriter.Grey(1, 1, 0).Text(0x0010_0020, "LO", "  A-1 ").Text(0x0020_000D, "UI", "1.2.3").Text(0x0020_000E, "UI", " ")).Origin!;
        Assert.Equal(("A-1", "1.2.3", null), (origin.PatientId, origin.StudyUid, origin.SeriesUid));

        var utf8 = DicomWriter.Grey(1, 1, 0).Text(0x0008_0005, "CS", "ISO_IR 192").Bytes(0x0010_0020, "LO", "Zürich"u8.ToArray());
        Assert.Equal("Zürich", Read(utf8).Origin!.PatientId);
    }

    [Fact]
    public void Windows_and_spacing_are_reported()
    {
        var image = Read(DicomWriter.Grey(1, 1, 0).Numbers(0x0028_1050, 40, -600, 10).Numbers(0x0028_1051, 400, 1500, 0).Numbers(0x0018_1164, 0.2, 0.1));
        Assert.Equal([new IntensityWindow(40, 400), new IntensityWindow(-600, 1500)], image.Windows);
        Assert.Equal([0.2, 0.1], image.SpacingMillimetres);
        Assert.Equal([0.5, 0.6], Read(DicomWriter.Grey(1, 1, 0).Numbers(0x0028_0030, 0.5, 0.6).Numbers(0x0018_1164, 0.2, 0.1)).SpacingMillimetres);

        var none = Read(DicomWriter.Grey(1, 1, 0).Numbers(0x0028_0030, 0, 0).Text(0x0028_1050, "DS", "soft").Numbers(0x0028_1051, 400));
        Assert.Null(none.SpacingMillimetres);
        Assert.Empty(none.Windows);
    }

    [Fact]
    public void Damaged_structure_is_refused_with_the_reason()
    {
        (string Reason, byte[] Bytes)[] cases =
        [
            ("cut off", DicomWriter.Grey(2, 2, 1, 2, 3, 4).ToArray()[..^1]),
            ("call for 8", DicomWriter.Grey(2, 2, 1, 2, 3).ToArray()),
            ("no pixel data", DicomWriter.Grey(2, 2).Remove(0x7FE0_0010).ToArray()),
            ("floating-point", DicomWriter.Grey(1, 1).Remove(0x7FE0_0010).Bytes(0x7FE0_0008, "OF", new byte[4]).ToArray()),
            ("Rows (0028,0010) is missing", DicomWriter.Grey(1, 1, 1).Remove(0x0028_0010).ToArray()),
            ("Rows (0028,0010) is missing", DicomWriter.Grey(0, 1, 1).ToArray()),
            ("PhotometricInterpretation", DicomWriter.Grey(1, 1, 1).Text(0x0028_0004, "CS", "CMYK").ToArray()),
            ("PhotometricInterpretation", DicomWriter.Grey(1, 1, 1).Remove(0x0028_0004).ToArray()),
            ("samples", DicomWriter.Grey(1, 1, 1).Words(0x0028_0002, "US", 3).ToArray()),
            ("bits allocated", DicomWriter.Grey(1, 1, 1).Words(0x0028_0100, "US", 12).ToArray()),
            ("do not fit", DicomWriter.Grey(1, 1, 1).Words(0x0028_0102, "US", 7).ToArray()),
            ("is not a decimal number", DicomWriter.Grey(1, 1, 1).Text(0x0028_1053, "DS", "one").ToArray()),
            ("is 0", DicomWriter.Grey(1, 1, 1).Numbers(0x0028_1053, 0).ToArray()),
            ("NumberOfFrames (0028,0008) is -2", DicomWriter.Grey(1, 1, 1).Text(0x0028_0008, "IS", "-2").ToArray()),
            ("call for", DicomWriter.Grey(1, 1, 1).Text(0x0028_0008, "IS", "2147483647").ToArray()),
            ("value representation", DicomWriter.Grey(1, 1, 1).Text(0x0020_0013, "ZZ", "1").ToArray()),
            ("odd number", DicomWriter.Grey(1, 1, 1).Bytes(0x0028_0010, "US", [1]).ToArray()),
            ("encapsulated", DicomWriter.Grey(1, 1).Fragments([], [1, 2]).ToArray()),
            ("not encapsulated", new DicomWriter { TransferSyntax = "1.2.840.10008.1.2.5" }.Image(1, 1, 8, "MONOCHROME2").Bytes(0x7FE0_0010, "OB", [1, 2]).ToArray()),
        ];
        foreach (var (reason, bytes) in cases)
        {
            Assert.Contains(reason, Refused(bytes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var nested = DicomWriter.Grey(1, 1, 1);
        var inner = new DicomWriter();
        for (var depth = 0; depth < 200; depth++)
        {
            inner = new DicomWriter().Sequence(0x0008_1140, true, inner);
        }

        Assert.Contains("levels deep", Refused(nested.Sequence(0x0008_1140, true, inner).ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deflated_data_set_must_not_grow_without_bound()
    {
        var bomb = new DicomWriter { IsDeflated = true }.Image(1, 1, 16, "MONOCHROME2").Bytes(0x0009_1010, "OB", new byte[64 << 20]).Words(0x7FE0_0010, "OW", 3).ToArray();
        Assert.InRange(bomb.Length, 0, 200_000);
        var exception = Assert.Throws<ImageFormatException>(() => Reader.Read(bomb, "bomb.dcm", new ImageReadOptions { MaxValues = 1 << 20 }));
        Assert.Contains("limit", exception.Problem, StringComparison.Ordinal);
        Assert.Equal([3], Reader.Read(bomb, "large.dcm", new ImageReadOptions()).Values);
    }

    [Fact]
    public void An_image_must_not_be_larger_than_the_limit()
    {
        var bytes = DicomWriter.Grey(2, 2, 1, 2, 3, 4).ToArray();
        Assert.Contains("limit is 3", Assert.Throws<ImageFormatException>(() => Reader.Read(bytes, "x.dcm", new ImageReadOptions { MaxValues = 3 })).Problem, StringComparison.Ordinal);
        Assert.Equal(4, Reader.Read(bytes, "x.dcm", new ImageReadOptions { MaxValues = 4 }).Values.Length);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2.4.91", "JPEG 2000 Image Compression", "gdcmconv --raw")]
    [InlineData("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", "dcmdjpls")]
    [InlineData("1.2.840.10008.1.2.4.54", "Spectral Selection", "dcmdjpeg")]
    [InlineData("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000", "gdcmconv --raw")]
    [InlineData("1.2.840.10008.1.2.4.102", "H.264", "ffmpeg")]
    [InlineData("1.2.840.10008.1.2.4.94", "JPIP", "another server")]
    [InlineData("1.2.840.10008.1.2.4.999", "1.2.840.10008.1.2.4.999", "gdcmconv --raw")]
    public void Unsupported_syntaxes_are_named_and_can_be_converted(string uid, string name, string advice)
    {
        var bytes = new DicomWriter { TransferSyntax = uid }.Image(1, 1, 8, "MONOCHROME2").Fragments([], [1, 2]).ToArray();
        var exception = Assert.Throws<UnsupportedTransferSyntaxException>(() => Reader.Read(bytes, "x.dcm", new ImageReadOptions()));
        Assert.Equal(uid, exception.Uid);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
        Assert.Contains(advice, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_message_tells_who_it_is()
    {
        string[] secrets = ["SECRET-ID", "SECRET^NAME", "19700131", "1.2.999.1", "1.2.999.2", "1.2.999.3"];
        var writer = DicomWriter.Grey(2, 2, 1, 2, 3, 4).Text(0x0010_0020, "LO", secrets[0]).Text(0x0010_0010, "PN", secrets[1]).Text(0x0010_0030, "DA", secrets[2])
            .Text(0x0020_000D, "UI", secrets[3]).Text(0x0020_000E, "UI", secrets[4]).Text(0x0008_0018, "UI", secrets[5]);
        var bytes = writer.ToArray();
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(132, damaged.Length)] = (byte)random.Next(256);
            try
            {
                Reader.Read(damaged.AsMemory(0, random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length)), "x.dcm", new ImageReadOptions());
            }
            catch (ImageDataException exception)
            {
                refused++;
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, exception.ToString(), StringComparison.Ordinal));
            }
        }

        // A transfer syntax that is really a name must not be repeated either.
        var wrong = new DicomWriter { TransferSyntax = secrets[1] }.Image(1, 1, 8, "MONOCHROME2").Fragments([], [1, 2]).ToArray();
        Assert.DoesNotContain(secrets[1], Assert.Throws<UnsupportedTransferSyntaxException>(() => Reader.Read(wrong, "x.dcm", new ImageReadOptions())).Message, StringComparison.Ordinal);
        Assert.InRange(refused, 1000, 3000);
        Assert.DoesNotContain(secrets[0], Reader.Read(bytes, "x.dcm", new ImageReadOptions()).Origin!.ToString(), StringComparison.Ordinal);
    }

    // Two frames of an enhanced image: scale and place of each are in nested sequences, behind an unknown one.
    private static DicomWriter Full(DicomWriter writer, bool hasUndefinedLength)
    {
        DicomWriter Frame(double slope, double z) => writer.Item()
            .Sequence(0x0020_9113, hasUndefinedLength, writer.Item().Numbers(0x0020_0032, 0, 0, z))
            .Sequence(0x0028_9145, hasUndefinedLength, writer.Item().Numbers(0x0028_1053, slope).Numbers(0x0028_1052, -10));

        return writer.Image(2, 2, 16, "MONOCHROME2", bitsStored: 12, isSigned: true)
            .Text(0x0008_0060, "CS", "MR").Text(0x0010_0020, "LO", "P1").Text(0x0028_0008, "IS", "2")
            .Sequence(0x0008_1140, hasUndefinedLength, writer.Item().Text(0x0008_1150, "UI", "1.2"), writer.Item())
            .Sequence(0x5200_9229, hasUndefinedLength, writer.Item()
                .Sequence(0x0020_9116, hasUndefinedLength, writer.Item().Numbers(0x0020_0037, 1, 0, 0, 0, 1, 0))
                .Sequence(0x0028_9110, hasUndefinedLength, writer.Item().Numbers(0x0028_0030, 0.5, 0.75))
                .Sequence(0x0028_9132, hasUndefinedLength, writer.Item().Numbers(0x0028_1050, 1).Numbers(0x0028_1051, 2)))
            .Sequence(0x5200_9230, hasUndefinedLength, Frame(1, 7), Frame(2, 4))
            .Words(0x7FE0_0010, "OW", 0, 1, 0x7FF, 0x800, unchecked((short)0xF001), 0x0FFF, 0x0801, 100);
    }

    private static void CheckFull(DecodedImage image)
    {
        Assert.Equal([2, 2, 2], image.SpatialShape);
        // The highest bits of 16 are not stored and must not count; bit 11 is the sign.
        Assert.Equal([-10, -9, 2037, -2058, -8, -12, -4104, 190], image.Values);
        Assert.Equal([3, 0.5, 0.75], image.SpacingMillimetres);
        Assert.Equal([new IntensityWindow(1, 2)], image.Windows);
        Assert.Equal("P1", image.Origin!.PatientId);
        Assert.False(image.HasByteValues);
        Assert.False(image.LowestIsWhite);
    }

    private static DecodedImage Read(DicomWriter writer) => Reader.Read(writer.ToArray(), "test.dcm", new ImageReadOptions());

    private static string Refused(byte[] bytes) => Assert.Throws<ImageFormatException>(() => Reader.Read(bytes, "test.dcm", new ImageReadOptions())).Problem;
}
