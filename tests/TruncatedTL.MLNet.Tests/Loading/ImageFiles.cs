using TruncatedTL.MLNet.Imaging;
using TruncatedTL.MLNet.Tests.Support;

namespace TruncatedTL.MLNet.Tests.Loading;

/// <summary>Files for the tests of loading: a class is a level of brightness.</summary>
internal static class ImageFiles
{
    public const int Height = 10;
    public const int Width = 14;

    public static DecodedImage Image(int seed, float level = 0, bool isByte = true, ImageOrigin? origin = null)
    {
        var random = new Random(seed);
        var values = new float[Height * Width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = isByte ? Math.Clamp(MathF.Round(level) + random.Next(40), 0, 255) : level + (float)(random.NextDouble() * 40);
        }

        return new DecodedImage(values, 1, [Height, Width]) { HasByteValues = isByte, Origin = origin };
    }

    public static string WriteImage(this TemporaryFolder folder, string name, DecodedImage image) => folder.Write(name, PlainImageFile.Write(image));
}
