using TruncatedTL.MLNet.Tests.Imaging.Dicom;

namespace TruncatedTL.MLNet.Tests.Imaging.Samples;

/// <summary>A small intact DICOM file of every coding that the reader knows.</summary>
internal static class DicomSamples
{
    /// <summary>The files by the name of their coding.</summary>
    public static IReadOnlyDictionary<string, byte[]> Create()
    {
        uint[] ramp = [.. Enumerable.Range(0, 16 * 16).Select(i => (uint)(i * 13 % 4096))];
        short[] words = [.. ramp.Select(value => (short)value)];
        DicomWriter Image(DicomWriter writer) => writer.Image(16, 16, 16, "MONOCHROME2", bitsStored: 12).Text(0x0010_0020, "LO", "ID").Numbers(0x0028_1053, 2).Numbers(0x0028_0030, 1, 1)
            .Sequence(0x0008_1140, true, writer.Item().Text(0x0008_1150, "UI", "1.2").Sequence(0x0008_1140, false, writer.Item().Words(0x0028_0010, "US", 5)));
        byte[] rle = [2, 0, 0, 0, 64, 0, 0, 0, 128 + 64 + 2, 0, 0, 0, .. new byte[52], 127, .. new byte[128], 129, 3, 127, .. Enumerable.Range(0, 128).Select(i => (byte)i), 129, 9];
        rle[8] = 64 + 129 + 2;
        return new Dictionary<string, byte[]>
        {
            ["explicit"] = Image(new DicomWriter()).Words(0x7FE0_0010, "OW", words).ToArray(),
            ["implicit"] = Image(new DicomWriter { IsExplicit = false }).Words(0x7FE0_0010, "OW", words).ToArray(),
            ["big-endian"] = Image(new DicomWriter { IsBigEndian = true }).Words(0x7FE0_0010, "OW", words).ToArray(),
            ["deflated"] = Image(new DicomWriter { IsDeflated = true }).Words(0x7FE0_0010, "OW", words).ToArray(),
            ["run length"] = Image(new DicomWriter { TransferSyntax = "1.2.840.10008.1.2.5" }).Fragments([], rle).ToArray(),
            ["lossless"] = Image(new DicomWriter { TransferSyntax = "1.2.840.10008.1.2.4.70" }).Fragments([], JpegWriter.Lossless(16, 16, 1, 12, ramp, predictor: 5, restartRows: 4)).ToArray(),
            ["lossy"] = new DicomWriter { TransferSyntax = "1.2.840.10008.1.2.4.50" }.Image(16, 16, 8, "YBR_FULL_422", 3)
                .Fragments([], JpegWriter.Flat(8, 16, 16, [(2, 2), (1, 1), (1, 1)], (c, x, y) => 90 + (30 * x) + c)).ToArray(),
            ["progressive"] = new DicomWriter { TransferSyntax = "1.2.840.10008.1.2.4.55" }.Image(16, 16, 16, "MONOCHROME2", bitsStored: 12)
                .Fragments([], JpegWriter.Flat(12, 16, 16, [(1, 1)], (c, x, y) => 900 + (300 * x) + y, isProgressive: true)).ToArray(),
            ["palette"] = new DicomWriter().Image(2, 2, 8, "PALETTE COLOR").Words(0x0028_1101, "US", 2, 0, 8).Words(0x0028_1102, "US", 2, 0, 8).Words(0x0028_1103, "US", 2, 0, 8)
                .Bytes(0x0028_1201, "OW", [1, 2]).Bytes(0x0028_1202, "OW", [1, 2]).Bytes(0x0028_1203, "OW", [1, 2]).Bytes(0x7FE0_0010, "OB", [0, 1, 2, 3]).ToArray(),
        };
    }
}
