using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Tests.Support;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>What this library's own models give can be evaluated, before and after saving.</summary>
public sealed class MedicalEvaluationTests
{
    [Fact]
    public void A_binary_model_is_evaluated_and_so_is_its_zip()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 64);
        var test = SyntheticImages.View(context, 40, seed: 2);
        using var model = Trainers.Binary(context).Fit(train);
        var metrics = context.BinaryClassification.EvaluateMedical(model.Transform(test), "Positive");
        Assert.Equal((40, 20), (metrics.RowCount, metrics.PositiveWeight));
        Assert.NotNull(metrics.AreaUnderRocCurve.Interval);
        Assert.NotNull(metrics.BrierScore.Value);

        using var zip = new TemporaryPath(".zip");
        context.Model.Save(model, train.Schema, zip.Path);
        var loaded = new MLContext().Model.Load(zip.Path, out _);
        Assert.Equal(metrics.ToString(), context.BinaryClassification.EvaluateMedical(loaded.Transform(test), "Positive").ToString());
    }

    [Fact]
    public void Multiclass_models_are_evaluated_and_compared()
    {
        var context = new MLContext(seed: 1);
        var test = SyntheticImages.View(context, 40, classes: 4, seed: 2);
        var train = SyntheticImages.View(context, 80, classes: 4);
        using var model = Trainers.Multiclass(context).Fit(train);
        using var hasty = Trainers.Multiclass(context, options => options.Training.MaxEpochs = 1).Fit(train);
        var scored = model.Transform(test);
        var metrics = context.MulticlassClassification.EvaluateMedical(scored, options: new() { Resamples = 200 });
        Assert.Equal(SyntheticImages.ClassNames, metrics.Classes.Select(own => own.ClassName));
        Assert.Equal(context.MulticlassClassification.Evaluate(scored).MicroAccuracy, metrics.Accuracy.Value!.Value, 12);
        var comparison = context.MulticlassClassification.CompareMedical(
            [("trained", scored), ("hasty", hasty.Transform(test))], options: new() { Metrics = [ClassificationMetric.LogLoss], Evaluation = new() { Resamples = 200 } });
        Assert.Contains("LogLoss: 'trained'", comparison.ToString());
    }
}
