namespace TruncatedTL.MLNet.Evaluation;

/// <summary>How a <see cref="ConfidenceInterval"/> was found.</summary>
public enum IntervalMethod
{
    /// <summary>
    /// DeLong's variance of the area under the ROC curve (1988): for one area on the logit scale with a t quantile, for a difference of areas
    /// on its own scale with a normal one.
    /// </summary>
    DeLong,

    /// <summary>
    /// Newcombe's score interval of the area under the ROC curve (2006, method 5): where DeLong's variance is 0 or unknown, as for a
    /// perfect ranking or a class with a single row.
    /// </summary>
    Newcombe,

    /// <summary>
    /// Average precision of independent rows on the logit scale (as Boyd, Eng and Page 2013), with the larger of its linear and its jackknife
    /// variance and a t quantile.
    /// </summary>
    Logit,

    /// <summary>Wilson's score interval of a proportion.</summary>
    Wilson,

    /// <summary>The exact interval of a proportion.</summary>
    ClopperPearson,

    /// <summary>Percentiles of the bootstrap distribution.</summary>
    BootstrapPercentile,

    /// <summary>Bias-corrected and accelerated percentiles of the bootstrap distribution (Efron 1987).</summary>
    BootstrapBca,

    /// <summary>Student's t with Nadeau and Bengio's variance for folds that share training rows (2003).</summary>
    CorrectedResampledT,
}
