using Microsoft.ML;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

public sealed class EstimatorContractTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void Multiclass_trainer_keeps_the_estimator_contract(bool asBytes, int channels)
    {
        var context = new MLContext(seed: 1);
        EstimatorContract.Check(
            context,
            Trainers.Multiclass(context),
            SyntheticImages.View(context, 36, classes: 3, channels, asBytes: asBytes),
            InvalidInputs(context, textLabel: "Label"),
            SyntheticImages.View(context, 12, classes: 3, channels, asBytes: asBytes, size: 20));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void Binary_trainer_keeps_the_estimator_contract(bool asBytes, int channels)
    {
        var context = new MLContext(seed: 1);
        EstimatorContract.Check(
            context,
            Trainers.Binary(context),
            SyntheticImages.View(context, 36, classes: 2, channels, asBytes: asBytes),
            InvalidInputs(context, textLabel: "Positive"),
            SyntheticImages.View(context, 12, classes: 2, channels, asBytes: asBytes, size: 20));
    }

    // No image, an image column of the wrong type, no label, a text label.
    private static IDataView[] InvalidInputs(MLContext context, string textLabel)
    {
        var valid = SyntheticImages.View(context, 12, classes: 2);
        return
        [
            Applied(valid, context.Transforms.DropColumns("Image")),
            Applied(valid, context.Transforms.CopyColumns("Image", "Group")),
            Applied(valid, context.Transforms.CopyColumns("Image", "Class")),
            Applied(valid, context.Transforms.CopyColumns("Image", "Label")),
            Applied(valid, context.Transforms.DropColumns("Label", "Positive")),
            Applied(valid, context.Transforms.CopyColumns(textLabel, "Class")),
        ];
    }

    private static IDataView Applied<T>(IDataView view, IEstimator<T> estimator)
        where T : class, ITransformer => estimator.Fit(view).Transform(view);
}
