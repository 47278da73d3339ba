using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Imaging.Dicom;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>
/// Files of every coding that end too soon are refused, and take no memory out of proportion. Damage of other kinds is for <see cref="MutationTests"/>.
/// </summary>
public sealed class DicomMutationTests
{
    private const long MaxAllocatedBytes = 64L << 20;

    private static readonly ImageReadOptions Options = new() { MaxValues = 1 << 20 };

    public static TheoryData<string> Seeds => [.. DicomSamples.Create().Keys];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_truncation_is_refused(string seed)
    {
        // The last byte of a deflated stream only says that it ends; the pixels are whole without it.
        var original = DicomSamples.Create()[seed];
        for (var length = 0; length < original.Length - (seed == "deflated" ? 1 : 0); length++)
        {
            Assert.False(ReadsOrRefuses(original[..length]), $"{length} of {original.Length} bytes");
        }
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
}
