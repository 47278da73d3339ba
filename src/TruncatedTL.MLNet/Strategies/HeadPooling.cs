namespace TruncatedTL.MLNet.Strategies;

/// <summary>How the features at the cut are brought into one vector before the linear classifier. One head serves all strategies of a comparison.</summary>
public enum HeadPooling
{
    /// <summary>Mean over all positions: C values. The default.</summary>
    Average,

    /// <summary>All positions: C x H x W values; only for images of one size.</summary>
    Flatten,

    /// <summary>Mean and maximum over all positions, one after the other: 2C values.</summary>
    AverageAndMax,
}
