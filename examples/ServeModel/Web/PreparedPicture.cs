using SkiaSharp;

namespace ServeModel.Web;

/// <summary>A prepared image as a browser can show it: what the model is given, also of files that browsers do not read.</summary>
internal static class PreparedPicture
{
    /// <summary>PNG of the image, from its darkest value to its brightest; of a volume, its middle slice.</summary>
    /// <param name="pixels">The values.</param>
    /// <param name="shape">Channels, (depth,) height, width.</param>
    public static byte[] Draw(ReadOnlySpan<float> pixels, IReadOnlyList<int> shape)
    {
        var (height, width) = (shape[^2], shape[^1]);
        var plane = height * width;
        var depth = shape.Count == 4 ? shape[1] : 1;
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in pixels)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        var scale = high > low ? byte.MaxValue / (high - low) : 0;
        var isColour = shape[0] == 3;
        var bytes = new byte[plane * 4];
        for (var i = 0; i < plane; i++)
        {
            for (var colour = 0; colour < 3; colour++)
            {
                var channel = isColour ? colour : 0;
                bytes[(i * 4) + colour] = (byte)MathF.Round((pixels[(((channel * depth) + (depth / 2)) * plane) + i] - low) * scale);
            }

            bytes[(i * 4) + 3] = byte.MaxValue;
        }

        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), bytes);
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
