namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Rows that have been checked. The arrays are not changed after construction.</summary>
internal sealed record EvaluationRows
{
    /// <summary>True: one score a row, for class 1 against class 0; false: a score per class.</summary>
    public required bool IsBinary { get; init; }

    public required string[] ClassNames { get; init; }

    /// <summary>Class index per row.</summary>
    public required int[] Labels { get; init; }

    /// <summary>What rows are ranked by: [rows] where binary, else [rows, classes].</summary>
    public required double[] Scores { get; init; }

    /// <summary>Probabilities in the shape of <see cref="Scores"/>; null where there are none.</summary>
    public double[]? Probabilities { get; init; }

    public string? NoProbabilitiesReason { get; init; }

    /// <summary>The model's own decisions; null where a threshold or the highest score decides.</summary>
    public int[]? Decisions { get; init; }

    public double[]? Weights { get; init; }

    public string[]? Groups { get; init; }

    /// <summary>What a row is, for messages: <c>row</c> or <c>patient</c>.</summary>
    public string Noun { get; init; } = "row";

    public int Count => Labels.Length;

    public int ClassCount => ClassNames.Length;

    /// <summary>Length of the scores of one row.</summary>
    public int ScoresPerRow => IsBinary ? 1 : ClassCount;

    /// <summary>Number of different patients; the number of rows where rows are independent.</summary>
    public int GroupCount => Groups?.Distinct(StringComparer.Ordinal).Count() ?? Count;

    /// <summary>Whether each row is its own patient and counts once, as the formulas for intervals assume.</summary>
    public bool AreIndependentAndUnweighted => GroupCount == Count && (Weights is null || Weights.All(weight => weight == 1));

    /// <summary>The same rows without those that count nothing.</summary>
    public EvaluationRows WithoutWeightlessRows()
    {
        if (Weights is null || Weights.All(weight => weight > 0))
        {
            return this;
        }

        var kept = Enumerable.Range(0, Count).Where(i => Weights[i] > 0).ToArray();
        return this with
        {
            Labels = Pick(Labels, kept),
            Scores = PickRows(Scores, kept),
            Probabilities = Probabilities is null ? null : PickRows(Probabilities, kept),
            Decisions = Decisions is null ? null : Pick(Decisions, kept),
            Weights = Pick(Weights, kept),
            Groups = Groups is null ? null : Pick(Groups, kept),
        };
    }

    /// <summary>The scores of one class, one per row.</summary>
    public double[] ScoresOf(int classIndex)
    {
        if (IsBinary)
        {
            return Scores;
        }

        var column = new double[Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = Scores[i * ClassCount + classIndex];
        }

        return column;
    }

    private static T[] Pick<T>(T[] values, int[] kept) => Array.ConvertAll(kept, i => values[i]);

    private double[] PickRows(double[] values, int[] kept)
    {
        var width = ScoresPerRow;
        var result = new double[kept.Length * width];
        for (var i = 0; i < kept.Length; i++)
        {
            Array.Copy(values, kept[i] * width, result, i * width, width);
        }

        return result;
    }
}
