namespace TruncatedTL.MLNet.Preparation;

/// <summary>What an <see cref="ImageIntensity"/> does with the values of an image.</summary>
public enum IntensityKind
{
    /// <summary>Values stay as the file has them.</summary>
    Unchanged,

    /// <summary>A fixed range of modality values becomes black to white.</summary>
    Range,

    /// <summary>The range between two percentiles of the image's own values becomes black to white.</summary>
    Percentiles,

    /// <summary>The first window that the file proposes, or else a fallback.</summary>
    FileWindow,
}
