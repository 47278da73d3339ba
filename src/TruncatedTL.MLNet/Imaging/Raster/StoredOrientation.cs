namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>
/// Turns an image upright by the orientation that EXIF and TIFF state: 1 is as stored, 2 to 4 are mirrored or turned by 180 degrees, 5 to 8
/// exchange rows and columns as well.
/// </summary>
internal static class StoredOrientation
{
    /// <summary>Turns an image, or returns it as it is where there is nothing to turn.</summary>
    /// <param name="values">The values as stored, [C, H, W].</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="width">Stored columns.</param>
    /// <param name="orientation">1 to 8; anything else counts as 1, as viewers do.</param>
    /// <returns>The values upright, with their height and width.</returns>
    public static (float[] Values, int Height, int Width) Apply(float[] values, int channels, int height, int width, int orientation)
    {
        if (!IsTurned(orientation))
        {
            return (values, height, width);
        }

        var upright = new float[values.Length];
        var planeLength = height * width;
        for (var channel = 0; channel < channels; channel++)
        {
            Turn<float>(values.AsSpan(channel * planeLength, planeLength), upright.AsSpan(channel * planeLength, planeLength), height, width, orientation);
        }

        return orientation < 5 ? (upright, height, width) : (upright, width, height);
    }

    /// <summary>Whether an image with this orientation is stored otherwise than upright.</summary>
    public static bool IsTurned(int orientation) => orientation is >= 2 and <= 8;

    /// <summary>Turns one plane.</summary>
    /// <typeparam name="T">What a pixel is.</typeparam>
    /// <param name="stored">The pixels as stored, [H, W].</param>
    /// <param name="upright">Receives them upright; H and W change places from 5 on.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="width">Stored columns.</param>
    /// <param name="orientation">2 to 8.</param>
    public static void Turn<T>(ReadOnlySpan<T> stored, Span<T> upright, int height, int width, int orientation)
    {
        // Where the first upright pixel is stored, and how far apart its neighbours to the right and below are.
        var (start, columnStep, rowStep) = orientation switch
        {
            2 => (width - 1, -1, width),
            3 => ((height * width) - 1, -1, -width),
            4 => ((height - 1) * width, 1, -width),
            5 => (0, width, 1),
            6 => ((height - 1) * width, -width, 1),
            7 => ((height * width) - 1, -width, -1),
            _ => (width - 1, width, -1),
        };
        var (uprightHeight, uprightWidth) = orientation < 5 ? (height, width) : (width, height);
        var target = 0;
        for (var row = 0; row < uprightHeight; row++)
        {
            var source = start + (row * rowStep);
            for (var column = 0; column < uprightWidth; column++)
            {
                upright[target++] = stored[source];
                source += columnStep;
            }
        }
    }
}
