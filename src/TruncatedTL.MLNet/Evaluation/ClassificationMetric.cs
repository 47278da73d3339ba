namespace TruncatedTL.MLNet.Evaluation;

/// <summary>
/// The figures of an evaluation. The first seven belong to a class against the rest: in a comparison of two classes they are those of the
/// positive class, with more classes the mean over classes unless a class is named.
/// </summary>
public enum ClassificationMetric
{
    /// <summary>Area under the ROC curve: the probability that a positive is ranked above a negative.</summary>
    AreaUnderRocCurve,

    /// <summary>Area under the precision-recall curve, see <see cref="PrecisionRecallArea"/>.</summary>
    AreaUnderPrecisionRecallCurve,

    /// <summary>Share of the positives that are called positive (recall).</summary>
    Sensitivity,

    /// <summary>Share of the negatives that are called negative.</summary>
    Specificity,

    /// <summary>Share of those called positive that are (precision).</summary>
    PositivePredictiveValue,

    /// <summary>Share of those called negative that are.</summary>
    NegativePredictiveValue,

    /// <summary>Harmonic mean of sensitivity and positive predictive value.</summary>
    F1Score,

    /// <summary>Share of rows whose class was predicted.</summary>
    Accuracy,

    /// <summary>Mean of the sensitivities of the classes that occur.</summary>
    BalancedAccuracy,

    /// <summary>Matthews' correlation of label and prediction; for more than two classes Gorodkin's (2004).</summary>
    MatthewsCorrelation,

    /// <summary>Cohen's kappa: agreement beyond chance.</summary>
    CohenKappa,

    /// <summary>Cohen's kappa with quadratic weights, for ordered classes such as grades.</summary>
    QuadraticKappa,

    /// <summary>Share of rows whose class is among the k most probable; more than two classes only.</summary>
    TopKAccuracy,

    /// <summary>Mean of -ln of the probability given to the class, in nats; a probability below 2.2e-16 counts as that. Lower is better.</summary>
    LogLoss,

    /// <summary>
    /// Mean squared error of the probability: with two classes that of the positive class, from 0 to 1; with more the sum over
    /// classes, from 0 to 2. Lower is better.
    /// </summary>
    BrierScore,

    /// <summary>Calibration error over bins of equal width: mean distance of promised and observed share. Lower is better.</summary>
    CalibrationErrorEqualWidth,

    /// <summary>Calibration error over bins with equally many rows. Lower is better.</summary>
    CalibrationErrorEqualMass,
}
