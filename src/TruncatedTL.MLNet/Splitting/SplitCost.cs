namespace TruncatedTL.MLNet.Splitting;

/// <summary>How bad an assignment is, the most important first; also the difference of two.</summary>
/// <param name="Missing">Weighted number of empty parts and of classes that a part lacks.</param>
/// <param name="Excess">Rows by which classes miss their ideal count in a part by more than one group's size.</param>
/// <param name="Imbalance">Squared deviations of the shares, summed.</param>
internal readonly record struct SplitCost(long Missing, double Excess, double Imbalance)
{
    // Rounding errors of a sum of shares stay below these; real improvements that matter are above.
    private const double ExcessTolerance = 1e-9;
    private const double ImbalanceTolerance = 1e-12;

    /// <summary>True for a difference that makes the assignment better.</summary>
    public bool IsImprovement =>
        Missing < 0
        || (Missing == 0 && (Excess < -ExcessTolerance || (Excess <= ExcessTolerance && Imbalance < -ImbalanceTolerance)));

    public static SplitCost operator +(SplitCost left, SplitCost right) =>
        new(left.Missing + right.Missing, left.Excess + right.Excess, left.Imbalance + right.Imbalance);

    public static SplitCost operator -(SplitCost left, SplitCost right) =>
        new(left.Missing - right.Missing, left.Excess - right.Excess, left.Imbalance - right.Imbalance);
}
