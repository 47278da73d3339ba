namespace TruncatedTL.MLNet.Imaging;

/// <summary>
/// A range of modality values that is worth showing (DICOM's VOI window): what lies below is black, what lies above is white.
/// </summary>
public sealed record IntensityWindow
{
    /// <summary>Creates a window.</summary>
    /// <param name="center">Middle of the range, in modality units (Hounsfield units for CT).</param>
    /// <param name="width">Length of the range, in modality units; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The centre is not finite, or the width is not finite and positive.</exception>
    public IntensityWindow(double center, double width)
    {
        if (!double.IsFinite(center))
        {
            throw new ArgumentOutOfRangeException(nameof(center), center, "The centre of a window must be finite.");
        }

        if (!(width > 0) || !double.IsFinite(width))
        {
            throw new ArgumentOutOfRangeException(nameof(width), width, "The width of a window must be finite and positive.");
        }

        Center = center;
        Width = width;
    }

    /// <summary>Middle of the range, in modality units.</summary>
    public double Center { get; }

    /// <summary>Length of the range, in modality units.</summary>
    public double Width { get; }
}
