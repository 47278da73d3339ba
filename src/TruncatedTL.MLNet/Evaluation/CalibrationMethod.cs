namespace TruncatedTL.MLNet.Evaluation;

/// <summary>How the logits of a fitted model are changed so that its probabilities can be believed.</summary>
public enum CalibrationMethod
{
    /// <summary>
    /// All logits are divided by one temperature (Guo et al. 2017, arXiv 1706.04599). The order of the classes, and with it every decision by the
    /// highest score, stays as it is. The right choice where validation rows are few.
    /// </summary>
    Temperature,

    /// <summary>
    /// Each class has a slope and an offset of its own (vector scaling, Guo et al. 2017); a yes-or-no question has one of each
    /// (Platt 1999). Decisions may change. Needs rows of every class.
    /// </summary>
    Vector,
}
