using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What is known about the test rows. It stands in the folder as <c>test.json</c>.</summary>
/// <param name="Labels">Class of each row.</param>
/// <param name="Groups">Patient of each row as a number; null where rows are independent.</param>
internal sealed record TestRows(IReadOnlyList<int> Labels, IReadOnlyList<int>? Groups)
{
    /// <summary>The rows with what a model says about them.</summary>
    /// <param name="probabilities">Row-major [rows, 1 or classes].</param>
    /// <param name="plan">The experiment's plan.</param>
    public ScoredExamples Examples(float[] probabilities, ExperimentPlan plan)
    {
        var values = Array.ConvertAll(probabilities, probability => (double)probability);
        var groups = Groups?.Select(group => FormattableString.Invariant($"{group}")).ToArray();
        return plan.IsBinary
            ? ScoredExamples.Binary([.. Labels.Select(label => label == 1)], values, groups: groups, negativeClassName: plan.ClassNames[0], positiveClassName: plan.ClassNames[1])
            : ScoredExamples.Multiclass(Labels, values, plan.ClassNames, groups: groups);
    }
}
