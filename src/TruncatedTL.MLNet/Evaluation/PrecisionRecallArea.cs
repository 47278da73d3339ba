namespace TruncatedTL.MLNet.Evaluation;

/// <summary>What is called the area under the precision-recall curve.</summary>
public enum PrecisionRecallArea
{
    /// <summary>Average precision, the area under the steps: the sum over thresholds of recall gained times precision.</summary>
    AveragePrecision,

    /// <summary>
    /// Trapezoids between the points, from recall 0 at precision 1 on. Too high where thresholds are far apart (Davis and Goadrich
    /// 2006); for comparison with published figures that were found this way.
    /// </summary>
    Trapezoid,
}
