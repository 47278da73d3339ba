namespace TruncatedTL.MLNet.Files;

/// <summary>Which values of an image are shown black and white.</summary>
internal static class DisplayRange
{
    /// <summary>The range of values worth showing: without the darkest and brightest half percent, where that leaves a range.</summary>
    public static (float Black, float White) Of(ReadOnlySpan<float> image)
    {
        var sorted = image.ToArray();
        Array.Sort(sorted);
        var (black, white) = (sorted[(int)(0.005 * (sorted.Length - 1))], sorted[(int)Math.Ceiling(0.995 * (sorted.Length - 1))]);
        if (white > black)
        {
            return (black, white);
        }

        (black, white) = (sorted[0], sorted[^1]);
        return white > black ? (black, white) : (black - 1, white + 1);
    }
}
