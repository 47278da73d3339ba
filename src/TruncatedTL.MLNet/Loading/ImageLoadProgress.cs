namespace TruncatedTL.MLNet.Loading;

/// <summary>How far the loading of image files is.</summary>
/// <param name="Completed">Images that were loaded or skipped.</param>
/// <param name="Total">Images that there are.</param>
/// <param name="Skipped">Images that could not be read and were left out.</param>
public readonly record struct ImageLoadProgress(int Completed, int Total, int Skipped)
{
    /// <summary>For a line on the screen: <c>120 of 500 images, 2 skipped</c>.</summary>
    public override string ToString() => $"{Completed} of {Total} images, {Skipped} skipped";
}
