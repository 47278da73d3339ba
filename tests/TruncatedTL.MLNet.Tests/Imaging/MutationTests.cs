using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Imaging;

/// <summary>
/// Damaged files of every format: whatever is wrong, reading ends with an image data exception or an image, and never takes memory out of
/// proportion. The command <c>fuzz</c> of the benchmarks does the same at length.
/// </summary>
public sealed class MutationTests
{
    private const int Iterations = 3000;
    private const long MaxValues = 1 << 16;
    private const long MaxAllocatedBytes = 16L << 20;

    public static TheoryData<string> Readers => [.. SampleFiles.All.Select(sample => sample.Reader).Distinct()];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Only_image_data_exceptions_escape(string readerName)
    {
        var reader = ImageReaders.All.Single(candidate => candidate.Name == readerName);
        var samples = SampleFiles.All.Where(sample => sample.Reader == readerName && !sample.Name.StartsWith("bomb", StringComparison.Ordinal)).ToArray();
        var random = new Random(7);
        var (refused, accepted) = (0, 0);
        for (var i = 0; i < Iterations; i++)
        {
            var sample = samples[i % samples.Length];

            // Half of the damage from the systematic part, scattered over it; half at random.
            var sweep = ByteMutator.SweepLength(sample.Content);
            var content = sample.Damaged(i % 4 < 2 ? random.Next(sweep) : sweep + i, seed: 3);
            var options = new ImageReadOptions { MaxValues = MaxValues, Frame = random.Next(3) switch { 0 => null, 1 => 0, _ => 1 }, ReorientToRas = random.Next(2) == 0 };
            if (ReadsOrRefuses(reader, content, sample.Name, options))
            {
                accepted++;
            }
            else
            {
                refused++;
            }
        }

        Assert.InRange(refused, Iterations / 20, Iterations);
        Assert.InRange(accepted, 1, Iterations);
    }

    private static bool ReadsOrRefuses(ImageReader reader, byte[] content, string name, ImageReadOptions options)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var image = reader.Read(content, name, options);
            Assert.InRange(image.Values.Length, 1, MaxValues);
            Assert.All(image.SpacingMillimetres ?? [], length => Assert.True(length > 0 && double.IsFinite(length)));
            return true;
        }
        catch (ImageDataException exception)
        {
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Not an image data exception for {name}: {Convert.ToBase64String(content)}", exception);
        }
        finally
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaxAllocatedBytes, $"{allocated} bytes for {name} of {content.Length} bytes: {Convert.ToBase64String(content[..Math.Min(content.Length, 2000)])}");
        }
    }
}
