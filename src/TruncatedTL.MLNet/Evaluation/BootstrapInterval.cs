namespace TruncatedTL.MLNet.Evaluation;

/// <summary>How an interval is read from the bootstrap distribution.</summary>
public enum BootstrapInterval
{
    /// <summary>Bias-corrected and accelerated (Efron 1987): corrects the percentiles for bias and skewness.</summary>
    Bca,

    /// <summary>The plain percentiles.</summary>
    Percentile,
}
