using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Evaluation;
using Xunit;

namespace TruncatedTL.MLNet.Tests;

public sealed class MedicalEvaluationCatalogTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [Fact]
    public void Binary_figures_agree_with_those_of_MLNet()
    {
        var scored = ScoredBinary();
        var own = _mlContext.BinaryClassification.Evaluate(scored);
        var medical = _mlContext.BinaryClassification.EvaluateMedical(scored, classNames: ["benign", "malignant"]);
        Assert.Equal(own.AreaUnderRocCurve, medical.AreaUnderRocCurve.Value!.Value, 6);
        Assert.Equal(own.Accuracy, medical.Accuracy.Value!.Value, 12);
        Assert.Equal(own.F1Score, medical.F1Score.Value!.Value, 12);
        Assert.Equal(own.PositiveRecall, medical.Sensitivity.Value!.Value, 12);
        Assert.Equal(own.NegativePrecision, medical.NegativePredictiveValue.Value!.Value, 12);

        // ML.NET's log-loss is in bits.
        Assert.Equal(own.LogLoss * Math.Log(2), medical.LogLoss.Value!.Value, 6);
        Assert.Equal("the model's own", medical.DecisionRule);
        Assert.Contains("malignant", medical.ToString());
    }

    [Fact]
    public void Multiclass_figures_agree_with_those_of_MLNet()
    {
        var scored = ScoredMulticlass();
        var own = _mlContext.MulticlassClassification.Evaluate(scored);
        var medical = _mlContext.MulticlassClassification.EvaluateMedical(scored);
        Assert.Equal(own.MicroAccuracy, medical.Accuracy.Value!.Value, 12);
        Assert.Equal(own.MacroAccuracy, medical.BalancedAccuracy.Value!.Value, 12);
        Assert.Equal(own.LogLoss, medical.LogLoss.Value!.Value, 6);
        Assert.Equal(["left", "middle", "right"], medical.Classes.Select(metrics => metrics.ClassName));
        for (var label = 0; label < 3; label++)
        {
            for (var prediction = 0; prediction < 3; prediction++)
            {
                Assert.Equal(own.ConfusionMatrix.Counts[label][prediction], medical.ConfusionTable[label, prediction]);
            }
        }
    }

    [Fact]
    public void Labels_are_matched_to_scores_by_name()
    {
        // The same labels as keys in another order: ML.NET's own evaluation would take them by position.
        var scored = ScoredMulticlass();
        var expected = _mlContext.MulticlassClassification.EvaluateMedical(scored);
        var remapped = _mlContext.Transforms.Conversion.MapKeyToValue("LabelText", "Label")
            .Append(_mlContext.Transforms.Conversion.MapValueToKey(
                "OtherLabel", "LabelText", keyData: _mlContext.Data.LoadFromEnumerable(new[] { "right", "middle", "left", "up" }.Select(name => new Named { Name = name }))))
            .Fit(scored).Transform(scored);
        var actual = _mlContext.MulticlassClassification.EvaluateMedical(remapped, labelColumnName: "OtherLabel");
        Assert.Equal(expected.Accuracy.Value, actual.Accuracy.Value);
        Assert.Equal(expected.Macro.AreaUnderRocCurve.Value, actual.Macro.AreaUnderRocCurve.Value);
        Assert.NotEqual(_mlContext.MulticlassClassification.Evaluate(scored).MicroAccuracy, _mlContext.MulticlassClassification.Evaluate(remapped, "OtherLabel").MicroAccuracy);
    }

    [Theory]
    [InlineData("PatientText")]
    [InlineData("PatientKey")]
    [InlineData("PatientNumber")]
    public void Groups_may_be_text_keys_or_numbers(string column)
    {
        var scored = ScoredBinary();
        var metrics = _mlContext.BinaryClassification.EvaluateMedical(scored, groupColumnName: column, options: new() { Resamples = 200 });
        Assert.Equal((120, 40), (metrics.RowCount, metrics.PatientCount));
        Assert.Equal(IntervalMethod.BootstrapBca, metrics.AreaUnderRocCurve.Interval!.Method);
        var aggregated = _mlContext.BinaryClassification.EvaluateMedical(scored, groupColumnName: column, options: new() { Aggregation = PatientAggregation.Maximum, Resamples = 0 });
        Assert.Equal(40, aggregated.RowCount);
    }

    [Fact]
    public void Weights_count()
    {
        var scored = ScoredBinary();
        var weighted = _mlContext.BinaryClassification.EvaluateMedical(scored, exampleWeightColumnName: "Weight", options: new() { Resamples = 0 });
        Assert.Equal(scored.GetColumn<float>("Weight").Count(weight => weight > 0), weighted.RowCount);
        Assert.NotEqual(_mlContext.BinaryClassification.EvaluateMedical(scored).Accuracy.Value, weighted.Accuracy.Value);
    }

    [Fact]
    public void A_model_without_probabilities_can_be_evaluated()
    {
        var data = Rows();
        var scored = _mlContext.BinaryClassification.Trainers.AveragedPerceptron().Fit(data).Transform(data);
        var metrics = _mlContext.BinaryClassification.EvaluateMedical(scored);
        Assert.NotNull(metrics.AreaUnderRocCurve.Value);
        Assert.Equal("the model gives scores but no probabilities", metrics.BrierScore.UndefinedReason);
        Assert.Throws<ArgumentOutOfRangeException>(() => _mlContext.BinaryClassification.EvaluateMedical(scored, probabilityColumnName: "Chance"));
    }

    [Fact]
    public void Models_are_compared()
    {
        var data = Rows();
        IDataView Score(int iterations) => _mlContext.BinaryClassification.Trainers.FieldAwareFactorizationMachine(new Microsoft.ML.Trainers.FieldAwareFactorizationMachineTrainer.Options { NumberOfIterations = iterations }).Fit(data).Transform(data);
        var binary = _mlContext.BinaryClassification.CompareMedical([("logistic", ScoredBinary()), ("factorisation", Score(1))]);
        Assert.Single(binary.Comparisons);
        Assert.Contains("'logistic'", binary.ToString());
        var multiclass = _mlContext.MulticlassClassification.CompareMedical([("a", ScoredMulticlass()), ("b", ScoredMulticlass())], options: new() { Evaluation = new() { Resamples = 100 } });
        Assert.EndsWith("not distinguishable", multiclass.ToString());
    }

    [Fact]
    public void Wrong_columns_are_refused_in_the_words_of_MLNet()
    {
        var binary = ScoredBinary();
        var multiclass = ScoredMulticlass();
        Refused("Could not find label column 'Truth'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, "Truth"));
        Refused("Schema mismatch for label column 'PatientText'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, "PatientText"));
        Refused("Schema mismatch for score column 'Features'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, scoreColumnName: "Features"));
        Refused("Could not find group column 'Person'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, groupColumnName: "Person"));
        Refused("Schema mismatch for group column 'Features'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, groupColumnName: "Features"));
        Refused("Schema mismatch for weight column 'Label'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, exampleWeightColumnName: "Label"));
        Refused("Schema mismatch for predicted label column 'Score'", () => _mlContext.BinaryClassification.EvaluateMedical(binary, predictedLabelColumnName: "Score"));
        Refused("Schema mismatch for score column 'PatientText'", () => _mlContext.MulticlassClassification.EvaluateMedical(multiclass, scoreColumnName: "PatientText"));
        Refused("Schema mismatch for label column 'PatientText'", () => _mlContext.MulticlassClassification.EvaluateMedical(multiclass, "PatientText"));
        Assert.Throws<ArgumentException>(() => _mlContext.BinaryClassification.EvaluateMedical(binary, classNames: ["one"]));
    }

    [Fact]
    public void Rows_that_cannot_be_evaluated_are_named_and_never_skipped()
    {
        var bad = _mlContext.Data.LoadFromEnumerable(new[] { new Bad { Score = 1, Patient = "a" }, new Bad { Score = float.NaN, Patient = "b" } });
        Assert.Contains("Row 1 has scores that are not finite", Assert.Throws<ArgumentException>(() => _mlContext.BinaryClassification.EvaluateMedical(bad)).Message);
        var anonymous = _mlContext.Data.LoadFromEnumerable(new[] { new Bad { Score = 1, Patient = "" } });
        Assert.Contains("Row 0 has no group", Assert.Throws<ArgumentException>(() => _mlContext.BinaryClassification.EvaluateMedical(anonymous, groupColumnName: "Patient")).Message);

        // A value that the mapping does not know becomes a missing key.
        var scored = ScoredMulticlass();
        var remapped = _mlContext.Transforms.Conversion.MapKeyToValue("LabelText", "Label")
            .Append(_mlContext.Transforms.Conversion.MapValueToKey("Partial", "LabelText", keyData: _mlContext.Data.LoadFromEnumerable(new[] { new Named { Name = "left" }, new Named { Name = "middle" } })))
            .Fit(scored).Transform(scored);
        Assert.Contains("Row 2 has no label", Assert.Throws<ArgumentException>(() => _mlContext.MulticlassClassification.EvaluateMedical(remapped, "Partial")).Message);
    }

    private static void Refused(string words, Func<object> evaluate) => Assert.Contains(words, Assert.Throws<ArgumentOutOfRangeException>(evaluate).Message);

    private IDataView ScoredBinary()
    {
        var data = Rows();
        return _mlContext.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(data).Transform(data);
    }

    private IDataView ScoredMulticlass()
    {
        var data = _mlContext.Transforms.Conversion.MapValueToKey("ClassKey", "Class").Fit(Rows()).Transform(Rows());
        var labelled = _mlContext.Transforms.CopyColumns("Label", "ClassKey").Fit(data).Transform(data);
        return _mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy().Fit(labelled).Transform(labelled);
    }

    private IDataView Rows()
    {
        var random = new Random(5);
        string[] classes = ["left", "middle", "right"];
        var rows = Enumerable.Range(0, 120).Select(i => new Row
        {
            Label = i % 2 == 0,
            Class = classes[i % 3],
            Features = [(float)(random.NextDouble() + (i % 2 == 0 ? 0.4 : 0)), (float)(random.NextDouble() + i % 3 * 0.5)],
            Weight = i % 4,
            PatientText = $"patient {i / 3}",
            PatientNumber = i / 3,
        }).ToArray();
        var data = _mlContext.Data.LoadFromEnumerable(rows);
        return _mlContext.Transforms.Conversion.MapValueToKey("PatientKey", "PatientText").Fit(data).Transform(data);
    }

    private sealed class Row
    {
        public bool Label { get; set; }

        public string Class { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; }

        public string PatientText { get; set; } = "";

        public int PatientNumber { get; set; }
    }

    private sealed class Named
    {
        public string Name { get; set; } = "";
    }

    private sealed class Bad
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public string Patient { get; set; } = "";
    }
}
