using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>Puts labels and probabilities together.</summary>
internal static class ScoredSets
{
    /// <summary>The rows of a set with a trial's probabilities.</summary>
    public static ScoredExamples Of(ReportInput input, ReportRows rows, float[] probabilities) => Joined(input, [(rows, probabilities)]);

    /// <summary>The rows of all sets as one.</summary>
    public static ScoredExamples Joined(ReportInput input, IReadOnlyList<(ReportRows Rows, float[] Probabilities)> sets)
    {
        var labels = sets.SelectMany(set => set.Rows.Labels).ToArray();
        var scores = sets.SelectMany(set => set.Probabilities).Select(value => (double)value).ToArray();
        var groups = sets.All(set => set.Rows.Groups is not null) ? sets.SelectMany(set => set.Rows.Groups!).ToArray() : null;
        return input.IsBinary
            ? ScoredExamples.Binary(
                Array.ConvertAll(labels, label => label == 1), scores, groups: groups, negativeClassName: input.ClassNames[0], positiveClassName: input.ClassNames[1])
            : ScoredExamples.Multiclass(labels, scores, input.ClassNames, groups: groups);
    }

    /// <summary>Why probabilities cannot be measured; null where they can.</summary>
    public static string? WhyUnusable(float[]? probabilities) =>
        probabilities is null ? "no epoch was completed"
        : !Array.TrueForAll(probabilities, float.IsFinite) ? "the network's outputs are not finite numbers"
        : !Array.TrueForAll(probabilities, value => value is >= 0 and <= 1) ? "the network's outputs are not probabilities"
        : null;
}
