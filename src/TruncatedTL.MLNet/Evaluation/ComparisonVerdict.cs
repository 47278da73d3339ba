namespace TruncatedTL.MLNet.Evaluation;

/// <summary>What a comparison of two models allows to say.</summary>
public enum ComparisonVerdict
{
    /// <summary>The data do not tell the two apart. This does not show that they are equal; see the interval of the difference.</summary>
    NotDistinguishable,

    /// <summary>The first one is better.</summary>
    FirstBetter,

    /// <summary>The second one is better.</summary>
    SecondBetter,

    /// <summary>The figure or its error is undefined on these rows.</summary>
    Undefined,
}
