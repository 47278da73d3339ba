using Microsoft.ML;
using TruncatedTL.MLNet;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace CompareStrategies;

/// <summary>
/// The source task when no weights are given: images drawn by formula, with no file and no download. A few epochs on them give weights
/// that know edges and textures; published ImageNet weights know more.
/// </summary>
internal static class SourcePretraining
{
    public const int Epochs = 4;

    private const int Classes = 24;
    private const int ImagesPerClass = 60;

    /// <summary>Trains from scratch on the source task and returns the trained weights.</summary>
    public static PretrainedWeights Run(Settings settings, int size, IProgress<EpochMetrics> progress)
    {
        var context = new MLContext(settings.Seed);
        var images = context.Data.LoadFromFormulaImages(new FormulaImageOptions
        {
            Classes = Classes,
            ImagesPerClass = ImagesPerClass,
            Size = size,
            Channels = 3,
            Seed = settings.Seed,
        });
        var pipeline = context.Transforms.Conversion.MapValueToKey("Label");
        var keyed = pipeline.Fit(images).Transform(images);
        using var model = context.MulticlassClassification.Trainers.TransferLearning(context, new TransferLearningMulticlassTrainer.Options
        {
            Backbone = settings.Backbone,
            Strategy = TransferStrategy.FromScratch(),
            Normalization = PixelNormalization.ImageNet,
            Progress = progress,
            Training = new TrainingOptions { MaxEpochs = Epochs, LearningRate = 1e-3, ValidationFraction = 0.1 },
        }).Fit(keyed);

        Directory.CreateDirectory(settings.Output);
        var path = Path.Combine(settings.Output, $"{settings.Backbone}-formula.safetensors");
        model.SaveWeights(path);
        return PretrainedWeights.FromFile(path);
    }
}
