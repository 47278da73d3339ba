namespace TruncatedTL.MLNet.Explanations;

/// <summary>
/// Colours from dark violet through red to light yellow, whose lightness rises evenly, so that equal steps of the map look equal and the order survives
/// a grey printout and colour blindness. Made in Oklab (Ottosson 2020): lightness and hue are straight lines, chroma is as much as sRGB holds, at most a limit.
/// </summary>
internal static class HeatColours
{
    private const double FirstLightness = 0.25;
    private const double LastLightness = 0.95;
    private const double FirstHueDegrees = 295;
    private const double HueTurnDegrees = 170;
    private const double MostChroma = 0.19;

    private static readonly byte[] Table = [.. Enumerable.Range(0, 256).SelectMany(i => Colour(i / 255.0))];

    /// <summary>Red, green, blue for a value from 0 to 1.</summary>
    public static ReadOnlySpan<byte> Of(float value) => Table.AsSpan(3 * (int)Math.Clamp((value * 255) + 0.5f, 0, 255), 3);

    private static byte[] Colour(double share)
    {
        var lightness = FirstLightness + ((LastLightness - FirstLightness) * share);
        var hue = (FirstHueDegrees + (HueTurnDegrees * share)) * Math.PI / 180;
        var (low, high) = (0.0, MostChroma);
        for (var i = 0; i < 30; i++)
        {
            var chroma = (low + high) / 2;
            (low, high) = IsColour(LinearRgb(lightness, chroma, hue)) ? (chroma, high) : (low, chroma);
        }

        return Array.ConvertAll(LinearRgb(lightness, low, hue), linear => (byte)((255 * Encode(linear)) + 0.5));
    }

    private static bool IsColour(double[] linear) => Array.TrueForAll(linear, value => value is >= 0 and <= 1);

    // The published matrices of Oklab.
    private static double[] LinearRgb(double lightness, double chroma, double hue)
    {
        var (a, b) = (chroma * Math.Cos(hue), chroma * Math.Sin(hue));
        var l = Cube(lightness + (0.3963377774 * a) + (0.2158037573 * b));
        var m = Cube(lightness - (0.1055613458 * a) - (0.0638541728 * b));
        var s = Cube(lightness - (0.0894841775 * a) - (1.2914855480 * b));
        return
        [
            (4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s),
            (-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s),
            (-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s),
        ];
    }

    private static double Cube(double value) => value * value * value;

    private static double Encode(double linear) => linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055;
}
