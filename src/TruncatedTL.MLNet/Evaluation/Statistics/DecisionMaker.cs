using System.Globalization;

namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>Turns scores into decisions, and says by which rule.</summary>
internal static class DecisionMaker
{
    private const double EvenProbability = 0.5;

    /// <summary>The class that each row is called, and the rule in words.</summary>
    public static (int[] Decisions, string Rule) Decide(EvaluationRows rows, MedicalEvaluationOptions options)
    {
        if (!rows.IsBinary)
        {
            return (Enumerable.Range(0, rows.Count).Select(i => MostProbable(rows, i)).ToArray(), "highest score");
        }

        if (options.Threshold is null && rows.Decisions is { } own)
        {
            return (own, "the model's own");
        }

        var threshold = options.Threshold ?? (rows.Probabilities is null ? 0 : EvenProbability);
        var what = rows.Probabilities is null ? "score" : "probability";
        return (
            Array.ConvertAll(rows.Probabilities ?? rows.Scores, value => value >= threshold ? 1 : 0),
            string.Create(CultureInfo.InvariantCulture, $"{what} of at least {threshold}"));
    }

    /// <summary>The class with the highest score, the first one in a tie.</summary>
    public static int MostProbable(EvaluationRows rows, int row)
    {
        var scores = rows.Scores.AsSpan(row * rows.ClassCount, rows.ClassCount);
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            best = scores[c] > scores[best] ? c : best;
        }

        return best;
    }

    /// <summary>How many classes come before the label; classes of equal score in their order, as in <see cref="MostProbable"/>.</summary>
    public static int RankOfLabel(EvaluationRows rows, int row)
    {
        var scores = rows.Scores.AsSpan(row * rows.ClassCount, rows.ClassCount);
        var label = rows.Labels[row];
        var rank = 0;
        for (var c = 0; c < scores.Length; c++)
        {
            rank += scores[c] > scores[label] || (scores[c] == scores[label] && c < label) ? 1 : 0;
        }

        return rank;
    }
}
