using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Tests.Evaluation.Statistics;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

/// <summary>Worked examples that others printed.</summary>
public class PublishedExampleTests
{
    private static readonly MedicalEvaluationOptions Options = new() { Resamples = 0 };

    [Fact]
    public void Kappa_of_two_radiologists()
    {
        // 85 mammograms (Boyd et al. 1982; Altman 1991), Stata manual, kap: 0.4728, and 0.6714 with weights w2.
        var metrics = Evaluate([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]]);
        Assert.Equal(0.4728, Math.Round(metrics.CohenKappa.Value!.Value, 4));
        Assert.Equal(0.6714, Math.Round(metrics.QuadraticKappa.Value!.Value, 4));
        Assert.Equal(0.6353, Math.Round(metrics.Accuracy.Value!.Value, 4));
    }

    [Fact]
    public void Kappa_of_two_critics()
    {
        // 160 films, Agresti, An Introduction to Categorical Data Analysis: 0.389.
        Assert.Equal(0.389, Math.Round(Evaluate([[24, 8, 13], [8, 13, 11], [10, 9, 64]]).CohenKappa.Value!.Value, 3));
    }

    [Fact]
    public void Correlation_of_twelve_cats_and_dogs()
    {
        // Wikipedia, Phi coefficient: TP 6, FN 2, FP 1, TN 3: 0.478.
        Assert.Equal(0.478, Math.Round(Evaluate([[3, 1], [2, 6]]).MatthewsCorrelation.Value!.Value, 3));
    }

    [Fact]
    public void Holm_of_four_tests()
    {
        // Wikipedia, Holm-Bonferroni method: 0.01, 0.04, 0.03 and 0.005.
        Assert.Equal([0.03, 0.06, 0.06, 0.02], HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Equal([1, 1, 0.003], HolmCorrection.Adjust([0.9, 0.8, 0.001]).Select(p => Math.Round(p, 12)));
        Assert.Empty(HolmCorrection.Adjust([]));
        Assert.Throws<ArgumentException>(() => HolmCorrection.Adjust([double.NaN]));
    }

    [Fact]
    public void Corrected_t_of_a_grid_search()
    {
        // scikit-learn's documentation, "Statistical comparison of models using grid search": corrected t 0.750, one-sided p 0.227.
        var folds = StatisticsReference.Read().GridSearch;
        var comparison = FoldComparison.Compare([Folds("rbf"), Folds("linear")], trainingRows: 90, testRows: 10).Comparisons[0];
        Assert.Equal(0.227, Math.Round(comparison.PValue!.Value / 2, 3));
        Assert.Equal(0.94, Math.Round(comparison.First.Value!.Value, 3));

        // The interval's half width is a quantile of t with 99 degrees of freedom times the error.
        var half = (comparison.Difference.Interval!.Upper - comparison.Difference.Interval.Lower) / 2;
        Assert.Equal(0.750, Math.Round(comparison.Difference.Value!.Value / (half / 1.98421695), 3));
        Assert.Equal(ComparisonVerdict.NotDistinguishable, comparison.Verdict);

        (string, IReadOnlyList<double?>) Folds(string name) => (name, [.. folds[name].Select(value => (double?)value)]);
    }

    [Fact]
    public void Areas_of_four_rows()
    {
        // scikit-learn's documentation of roc_auc_score, average_precision_score and brier_score_loss.
        var metrics = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([false, false, true, true], [0.1, 0.4, 0.35, 0.8]), Options);
        Assert.Equal(0.75, metrics.AreaUnderRocCurve.Value);
        Assert.Equal(0.83, Math.Round(metrics.AreaUnderPrecisionRecallCurve.Value!.Value, 2));
        var brier = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary([false, true, true, false], [0.1, 0.9, 0.8, 0.3]), Options);
        Assert.Equal(0.0375, brier.BrierScore.Value!.Value, 12);
    }

    // One row per cell, weighted by its count.
    private static MedicalClassificationMetrics Evaluate(int[][] counts)
    {
        var classes = counts.Length;
        var cells = from label in Enumerable.Range(0, classes) from prediction in Enumerable.Range(0, classes) select (label, prediction);
        return MedicalEvaluator.EvaluateMulticlass(
            ScoredExamples.Multiclass(
                [.. cells.Select(cell => cell.label)],
                [.. cells.SelectMany(cell => Enumerable.Range(0, classes).Select(c => c == cell.prediction ? 1.0 : 0))],
                [.. Enumerable.Range(0, classes).Select(c => $"c{c}")],
                [.. cells.Select(cell => (double)counts[cell.label][cell.prediction])]),
            Options);
    }
}
