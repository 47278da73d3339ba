using System.Globalization;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>Reads sizes of images: <c>64</c>, <c>64x48</c>, <c>16x64x64</c>.</summary>
internal static class ImageSizeText
{
    public const string Form = "64, 64x48 (height x width) or 16x64x64 (depth x height x width)";

    /// <summary>The lengths of a size; one number alone is that of each axis.</summary>
    /// <param name="text">The text; null for none.</param>
    /// <param name="axes">Number of axes that one number stands for.</param>
    /// <exception cref="UsageException">It is no size.</exception>
    public static IReadOnlyList<int>? Parse(string? text, int axes)
    {
        if (text is null)
        {
            return null;
        }

        var parts = text.Split('x', 'X', ',');
        var lengths = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts.Length > 3 || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out lengths[i]) || lengths[i] < 1)
            {
                throw new UsageException($"'{text}' is no size of an image; sizes are {Form}.");
            }
        }

        return lengths.Length == 1 ? [.. Enumerable.Repeat(lengths[0], axes)] : lengths;
    }
}
