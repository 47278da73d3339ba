namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// What becomes of alpha: the image is laid over black, as ML.NET's own images are. Opaque pixels keep their values exactly.
/// </summary>
internal static class Transparency
{
    /// <summary>The nearest whole value of a pixel laid over black.</summary>
    /// <param name="value">The straight (not premultiplied) value.</param>
    /// <param name="alpha">Its alpha, from 0 (invisible) to <paramref name="opaque"/>.</param>
    /// <param name="opaque">The alpha of an opaque pixel: 255 or 65535.</param>
    public static float OverBlack(int value, int alpha, int opaque)
    {
        // In 64 bits: 65535 x 65535 does not fit into 31.
        return alpha == opaque ? value : (((long)value * alpha) + (opaque / 2)) / opaque;
    }

    /// <summary>Lays 8-bit pixels over black in place.</summary>
    /// <param name="pixels">Red, green, blue, alpha. Alpha itself is left alone.</param>
    public static void LayOverBlack(Span<byte> pixels)
    {
        for (var i = 0; i + 3 < pixels.Length; i += 4)
        {
            if (pixels[i + 3] != byte.MaxValue)
            {
                for (var channel = i; channel < i + 3; channel++)
                {
                    pixels[channel] = (byte)OverBlack(pixels[channel], pixels[i + 3], byte.MaxValue);
                }
            }
        }
    }
}
