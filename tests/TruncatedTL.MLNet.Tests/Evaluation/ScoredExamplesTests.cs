using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Evaluation;

public class ScoredExamplesTests
{
    [Fact]
    public void Bad_rows_are_refused_with_their_number()
    {
        Refused("There are 2 labels and 1 probabilities", () => ScoredExamples.Binary([true, false], [0.5]));
        Refused("Either probabilities or scores", () => ScoredExamples.Binary([true], null));
        Refused("Row 1 has probabilities that are not finite", () => ScoredExamples.Binary([true, false], [0.5, double.NaN]));
        Refused("Row 0 has scores that are not finite", () => ScoredExamples.Binary([true], null, [double.PositiveInfinity]));
        Refused("The probability of row 1 is 1.5", () => ScoredExamples.Binary([true, false], [0.5, 1.5]));
        Refused("The weight of row 0 is negative", () => ScoredExamples.Binary([true], [0.5], weights: [-1]));
        Refused("Row 0 has weights that are not finite", () => ScoredExamples.Binary([true], [0.5], weights: [double.NaN]));
        Refused("Row 1 has no group", () => ScoredExamples.Binary([true, false], [0.5, 0.5], groups: ["a", ""]));
        Refused("Class names must not be empty or equal", () => ScoredExamples.Binary([true], [0.5], negativeClassName: "a", positiveClassName: "a"));
        Refused("3 scores do not fit 2 rows with 2 classes", () => ScoredExamples.Multiclass([0, 1], [0.5, 0.5, 1], ["a", "b"]));
        Refused("The label 2 of row 1 is not one of 2 classes", () => ScoredExamples.Multiclass([0, 2], [0.5, 0.5, 1, 0], ["a", "b"]));
        Refused("The label -1 of row 0", () => ScoredExamples.Multiclass([-1], [0.5, 0.5], ["a", "b"]));
        Refused("Row 1 has scores that are not finite", () => ScoredExamples.Multiclass([0, 1], [0.5, 0.5, double.NaN, 1], ["a", "b"]));
        Refused("at least two classes", () => ScoredExamples.Multiclass([0], [1], ["a"]));
    }

    [Fact]
    public void Bad_options_are_refused_by_name()
    {
        var examples = ScoredExamples.Binary([true, false], [0.5, 0.4]);
        foreach (var (option, options) in new (string, MedicalEvaluationOptions)[]
        {
            ("ConfidenceLevel", new() { ConfidenceLevel = 95 }),
            ("ConfidenceLevel", new() { ConfidenceLevel = double.NaN }),
            ("Resamples", new() { Resamples = 10 }),
            ("BootstrapInterval", new() { BootstrapInterval = (BootstrapInterval)9 }),
            ("ProportionInterval", new() { ProportionInterval = (ProportionInterval)9 }),
            ("PrecisionRecallArea", new() { PrecisionRecallArea = (PrecisionRecallArea)9 }),
            ("Aggregation", new() { Aggregation = (PatientAggregation)9 }),
            ("Threshold", new() { Threshold = double.NaN }),
            ("TopK", new() { TopK = 0 }),
            ("CalibrationBins", new() { CalibrationBins = 0 }),
            ("MaximumThreads", new() { MaximumThreads = 0 }),
        })
        {
            Assert.Equal(option, Assert.Throws<ArgumentOutOfRangeException>(() => MedicalEvaluator.EvaluateBinary(examples, options)).ParamName);
        }
    }

    [Fact]
    public void The_kind_of_rows_must_fit_the_evaluation()
    {
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Binary([true], [0.5])));
        Assert.Throws<ArgumentException>(() => MedicalEvaluator.EvaluateBinary(ScoredExamples.Multiclass([0], [0.5, 0.5], ["a", "b"])));
    }

    [Fact]
    public void Rows_are_copied_and_those_without_weight_left_out()
    {
        double[] probabilities = [0.1, 0.9, 0.4];
        var examples = ScoredExamples.Binary([false, true, true], probabilities, weights: [1, 1, 0]);
        probabilities[1] = 0;
        Assert.Equal(2, examples.Count);
        Assert.Equal(["negative", "positive"], examples.ClassNames);
        Assert.Equal(1, MedicalEvaluator.EvaluateBinary(examples).AreaUnderRocCurve.Value);
    }

    [Fact]
    public void The_decision_is_the_models_own_unless_a_threshold_is_set()
    {
        var examples = ScoredExamples.Binary([true, false, true], [0.3, 0.6, 0.9], decisions: [true, false, true]);
        var own = MedicalEvaluator.EvaluateBinary(examples);
        Assert.Equal((1, 1, "the model's own"), (own.Sensitivity.Value, own.Specificity.Value, own.DecisionRule));
        var set = MedicalEvaluator.EvaluateBinary(examples, new MedicalEvaluationOptions { Threshold = 0.6 });
        Assert.Equal((0.5, 0, "probability of at least 0.6"), (set.Sensitivity.Value, set.Specificity.Value, set.DecisionRule));
    }

    [Fact]
    public void The_confusion_table_has_names()
    {
        var table = MedicalEvaluator.EvaluateMulticlass(ScoredExamples.Multiclass(
            [0, 1, 1, 2], [.8, .1, .1, .2, .7, .1, .6, .3, .1, .1, .1, .8], ["nevus", "melanoma", "other"])).ConfusionTable;
        Assert.Equal((1, 1, 1, 0), (table["melanoma", "nevus"], table[1, 1], table[2, 2], table["nevus", "melanoma"]));
        Assert.Equal(4, table.ToString().Split('\n').Length);
        Assert.Contains("melanoma", table.ToString());
        Assert.Throws<ArgumentException>(() => table["wart", "nevus"]);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[3, 0]);
    }

    private static void Refused(string words, Func<ScoredExamples> create) => Assert.Contains(words, Assert.Throws<ArgumentException>(create).Message);
}
