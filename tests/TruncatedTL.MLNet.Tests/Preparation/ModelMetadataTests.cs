using System.Globalization;
using Microsoft.ML;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Preparation;

/// <summary>What a saved model says about itself, read without loading it.</summary>
public sealed class ModelMetadataTests
{
    [Fact]
    public void The_zip_and_the_ONNX_file_say_what_the_fitted_model_is()
    {
        var context = new MLContext(seed: 1);
        var train = SyntheticImages.View(context, 24, classes: 3);
        using var model = Trainers.Multiclass(context).Fit(train);
        using var zip = new TemporaryPath(".zip");
        using var onnx = new TemporaryPath(".onnx");
        context.Model.Save(model, train.Schema, zip.Path);
        model.SaveOnnx(onnx.Path);

        var facts = ModelMetadata.Read(zip.Path);

        Assert.Equal(model.Strategy.ToString(), facts["truncatedtl.strategy"]);
        Assert.Equal(model.Cut.Name, facts["truncatedtl.cut"]);
        Assert.Equal(model.Backbone, facts["truncatedtl.backbone"]);
        Assert.Equal(model.ClassNames, facts["truncatedtl.classes"].Split('\n'));
        Assert.Equal(model.Training.History.Count.ToString(CultureInfo.InvariantCulture), facts["truncatedtl.training.epochs"]);
        Assert.Equal(model.Training.BestEpoch.ToString(CultureInfo.InvariantCulture), facts["truncatedtl.training.best_epoch"]);
        Assert.Equal($"{(model.Training.IsMetricOnValidation ? "validation" : "training")} {model.Training.Metric}", facts["truncatedtl.training.metric"]);
        Assert.Equal(model.Training.BestMetric, double.Parse(facts["truncatedtl.training.value"], CultureInfo.InvariantCulture));
        Assert.Equal(facts, ModelMetadata.Read(onnx.Path));
    }

    [Fact]
    public void A_model_of_another_library_carries_no_facts()
    {
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(new[] { new { Value = 1f }, new { Value = 2f } });
        using var zip = new TemporaryPath(".zip");
        context.Model.Save(context.Transforms.NormalizeMinMax("Value").Fit(rows), rows.Schema, zip.Path);

        Assert.Empty(ModelMetadata.Read(zip.Path));
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        using var file = new TemporaryPath(".zip");
        File.WriteAllText(file.Path, "This is not a model at all.");

        Assert.Contains("is not a model", Assert.Throws<ImagePreparationException>(() => ModelMetadata.Read(file.Path)).Message);
        Assert.Throws<FileNotFoundException>(() => ModelMetadata.Read(file.Path + ".missing"));
    }
}
