using Microsoft.ML.Data;

namespace CompareStrategies;

/// <summary>
/// Which trial wins: the smallest network whose validation score is not worse than the best one's by more than one standard error.
/// The first of several equals on a plateau is a matter of luck; the smaller one is a gain for sure.
/// </summary>
internal static class Choice
{
    /// <summary>Chooses on validation scores alone.</summary>
    public static (Trial Trial, double Tolerance) Of(ImageTask task, IReadOnlyList<Trial> trials)
    {
        var best = trials.Max(trial => trial.ValidationScore);
        var tolerance = StandardError(task, best);
        var chosen = trials.Where(trial => trial.ValidationScore >= best - tolerance).OrderBy(trial => trial.Parameters).ThenByDescending(trial => trial.ValidationScore).First();
        return (chosen, tolerance);
    }

    // The area under the curve by Hanley and McNeil 1982; an accuracy by the binomial distribution.
    private static double StandardError(ImageTask task, double score)
    {
        if (!task.IsBinary)
        {
            var rows = task.Validation.GetColumn<ReadOnlyMemory<char>>("Label").Count();
            return Math.Sqrt(score * (1 - score) / rows);
        }

        var labels = task.Validation.GetColumn<bool>("Label").ToArray();
        double positives = labels.Count(label => label);
        var negatives = labels.Length - positives;
        var bothAbove = score / (2 - score);
        var bothBelow = 2 * score * score / (1 + score);
        var variance = score * (1 - score) + (positives - 1) * (bothAbove - score * score) + (negatives - 1) * (bothBelow - score * score);
        return Math.Sqrt(Math.Max(0, variance) / (positives * negatives));
    }
}
