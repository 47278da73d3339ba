namespace TruncatedTL.MLNet.Explanations;

/// <summary>How a map is drawn over its image.</summary>
public sealed class OverlayOptions
{
    /// <summary>How much the colour covers the image where the map is 1, from 0 to 1; where the map is 0 the image shows unchanged. Default: 0.7.</summary>
    public double Opacity = 0.7;

    /// <summary>Whether the image without colour stands to the left of every picture. Default: False.</summary>
    public bool ShowsImage;

    /// <summary>Volumes only: the most slices along depth that are shown, from 1 to 1024. Default: 16.</summary>
    public int MaximumSlices = 16;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Check()
    {
        if (!(Opacity is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Opacity), Opacity, $"{nameof(Opacity)} must lie between 0 and 1.");
        }

        if (MaximumSlices is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(MaximumSlices), MaximumSlices, $"{nameof(MaximumSlices)} must lie between 1 and 1024.");
        }
    }
}
