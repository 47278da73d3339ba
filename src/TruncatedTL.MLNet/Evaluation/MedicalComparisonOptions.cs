namespace TruncatedTL.MLNet.Evaluation;

/// <summary>What is compared, and how.</summary>
public sealed class MedicalComparisonOptions
{
    /// <summary>
    /// The figures. Each one more makes Holm's correction stricter: name the one that decides. Default: AreaUnderRocCurve.
    /// </summary>
    public IReadOnlyList<ClassificationMetric> Metrics = [ClassificationMetric.AreaUnderRocCurve];

    /// <summary>
    /// With more than two classes: the class whose figures against the rest are compared. Null compares means over classes.
    /// Default: null.
    /// </summary>
    public string? ClassName;

    /// <summary>Name of the model that all others are compared with. Null compares every pair. Default: null.</summary>
    public string? Reference;

    /// <summary>Level, bootstrap, threshold and aggregation.</summary>
    public MedicalEvaluationOptions Evaluation = new();
}
