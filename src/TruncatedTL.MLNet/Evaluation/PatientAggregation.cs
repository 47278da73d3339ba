namespace TruncatedTL.MLNet.Evaluation;

/// <summary>How the rows of a patient become one probability per class, before anything is measured.</summary>
/// <remarks>
/// Without probabilities, <see cref="Mean"/> and <see cref="Maximum"/> take the scores. For more than two classes the results are
/// divided by their sum, because the figures of calibration want probabilities that add up to 1. With two classes a patient is positive as
/// soon as one of the rows is; with more, all rows of a patient must have one label. The weight of a patient is the mean of the rows'.
/// </remarks>
public enum PatientAggregation
{
    /// <summary>Every row is measured; intervals still draw whole patients.</summary>
    None,

    /// <summary>The mean of the rows.</summary>
    Mean,

    /// <summary>The highest of the rows: one suspicious image decides.</summary>
    Maximum,

    /// <summary>1 - product of (1 - p): the probability that at least one row shows the finding, were the rows independent.</summary>
    NoisyOr,
}
