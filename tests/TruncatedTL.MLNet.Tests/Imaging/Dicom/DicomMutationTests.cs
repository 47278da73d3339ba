using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>
/// Damaged files of every coding: whatever is wrong, reading ends with an error of the image data family or with a well-formed image, and takes no
/// memory out of proportion.
/// </summary>
public sealed class DicomMutationTests
{
    private const int Iterations = 1500;
    private const long MaxAllocatedBytes = 64L << 20;

    private static readonly ImageReadOptions Options = new() { MaxValues = 1 << 20 };

    public static TheoryData<string> Seeds => [.. SeedFiles().Keys];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_is_refused_or_harmless(string seed)
    {
        var original = SeedFiles()[seed];
        Assert.True(ReadsOrRefuses(original));
        var random = new Random(seed.Length);
        var refused = 0;
        for (var i = 0; i < Iterations; i++)
        {
            refused += ReadsOrRefuses(Mutate(original, random)) ? 0 : 1;
        }

        Assert.InRange(refused, Iterations / 20, Iterations);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_truncation_is_refused(string seed)
    {
        // The last byte of a deflated stream only says that it ends; the pixels are whole without it.
        var original = SeedFiles()[seed];
        for (var length = 0; length < original.Length - (seed == "deflated" ? 1 : 0); length++)
        {
            Assert.False(ReadsOrRefuses(original[..length]), $"{length} of {original.Length} bytes");
        }
    }

    internal static Dictionary<string, byte[]> SeedFiles()
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

    private static bool ReadsOrRefuses(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var image = new DicomReader().Read(bytes, "mutated.dcm", Options);
            Assert.InRange(image.Values.Length, 1, Options.MaxValues);
            Assert.All(image.Windows, window => Assert.True(window.Width > 0));
            return true;
        }
        catch (ImageDataException exception)
        {
            Assert.Contains("mutated.dcm", exception.Message, StringComparison.Ordinal);
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Not an image data exception for {Convert.ToBase64String(bytes)}", exception);
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var change = random.Next(1, 4); change > 0 && bytes.Count > 140; change--)
        {
            var at = random.Next(128, bytes.Count - 4);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(1, 4));
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Range(0, random.Next(1, 5)).Select(_ => (byte)random.Next(256)));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    // A length or a size of the extreme kind.
                    var extreme = ((uint[])[0, 1, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF])[random.Next(7)];
                    for (var i = 0; i < (random.Next(2) == 0 ? 2 : 4); i++)
                    {
                        bytes[at + i] = (byte)(extreme >> (8 * i));
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
