using Microsoft.ML;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>
/// Transfer learning on ML.NET's trainer catalogs. A catalog does not give its context to packages outside ML.NET, so each
/// method takes the <see cref="MLContext"/> once more.
/// </summary>
public static class TransferLearningCatalog
{
    /// <summary>Fine-tunes a pretrained network for images of two or more classes.</summary>
    /// <param name="catalog">The multiclass trainers of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="strategy">What is kept, frozen, slimmed or deleted; see <see cref="TransferStrategy"/>.</param>
    /// <param name="weights">The pretrained weights; null takes those in the package, <see cref="PretrainedWeights.Bundled"/>.</param>
    /// <param name="backbone">Registered name of the backbone, see <see cref="BackboneNames"/>; null takes the network that the weights say they are for, and ResNet-18 where they do not say.</param>
    /// <param name="labelColumnName">Name of the label column, a key.</param>
    /// <param name="imageColumnName">Name of the image column, <c>MLImage</c> or <c>Vector&lt;Byte or Single, C, H, W&gt;</c>.</param>
    /// <param name="maxEpochs">Most passes over the training rows; null takes the default of <see cref="Training.TrainingOptions"/>.</param>
    /// <param name="validationSet">Rows to validate on; null takes a share of the training rows.</param>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.TransferLearning(
    ///         mlContext, TransferStrategy.Truncated("layer3.1"), PretrainedWeights.FromFile("resnet18.pth")));
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">The strategy or the backbone is misspelt, or the strategy needs weights that are missing.</exception>
    public static TransferLearningMulticlassTrainer TransferLearning(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        MLContext mlContext,
        TransferStrategy strategy,
        PretrainedWeights? weights = null,
        string? backbone = null,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        int? maxEpochs = null,
        IDataView? validationSet = null) =>
        catalog.TransferLearning(mlContext, Filled(new TransferLearningMulticlassTrainer.Options(), strategy, weights, backbone, labelColumnName, imageColumnName, maxEpochs, validationSet));

    /// <summary>Fine-tunes a pretrained network for images of two or more classes, with all options.</summary>
    /// <param name="catalog">The multiclass trainers of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="options">The options; they are read now and at each fit, never changed.</param>
    /// <exception cref="ArgumentException">An option is out of range or misspelt.</exception>
    public static TransferLearningMulticlassTrainer TransferLearning(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        MLContext mlContext,
        TransferLearningMulticlassTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new TransferLearningMulticlassTrainer(mlContext, options);
    }

    /// <summary>Fine-tunes a pretrained network for a yes-or-no question about images.</summary>
    /// <param name="catalog">The binary trainers of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="strategy">What is kept, frozen, slimmed or deleted; see <see cref="TransferStrategy"/>.</param>
    /// <param name="weights">The pretrained weights; null takes those in the package, <see cref="PretrainedWeights.Bundled"/>.</param>
    /// <param name="backbone">Registered name of the backbone, see <see cref="BackboneNames"/>; null takes the network that the weights say they are for, and ResNet-18 where they do not say.</param>
    /// <param name="labelColumnName">Name of the label column, Boolean.</param>
    /// <param name="imageColumnName">Name of the image column, <c>MLImage</c> or <c>Vector&lt;Byte or Single, C, H, W&gt;</c>.</param>
    /// <param name="maxEpochs">Most passes over the training rows; null takes the default of <see cref="Training.TrainingOptions"/>.</param>
    /// <param name="validationSet">Rows to validate on; null takes a share of the training rows.</param>
    /// <exception cref="ArgumentException">The strategy or the backbone is misspelt, or the strategy needs weights that are missing.</exception>
    public static TransferLearningBinaryTrainer TransferLearning(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        MLContext mlContext,
        TransferStrategy strategy,
        PretrainedWeights? weights = null,
        string? backbone = null,
        string labelColumnName = "Label",
        string imageColumnName = "Image",
        int? maxEpochs = null,
        IDataView? validationSet = null) =>
        catalog.TransferLearning(mlContext, Filled(new TransferLearningBinaryTrainer.Options(), strategy, weights, backbone, labelColumnName, imageColumnName, maxEpochs, validationSet));

    /// <summary>Fine-tunes a pretrained network for a yes-or-no question about images, with all options.</summary>
    /// <param name="catalog">The binary trainers of <paramref name="mlContext"/>.</param>
    /// <param name="mlContext">The context that logs, seeds and saves.</param>
    /// <param name="options">The options; they are read now and at each fit, never changed.</param>
    /// <exception cref="ArgumentException">An option is out of range or misspelt.</exception>
    public static TransferLearningBinaryTrainer TransferLearning(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog,
        MLContext mlContext,
        TransferLearningBinaryTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new TransferLearningBinaryTrainer(mlContext, options);
    }

    private static TOptions Filled<TOptions>(
        TOptions options,
        TransferStrategy strategy,
        PretrainedWeights? weights,
        string? backbone,
        string labelColumnName,
        string imageColumnName,
        int? maxEpochs,
        IDataView? validationSet)
        where TOptions : TransferLearningOptions
    {
        options.Strategy = strategy;
        options.Weights = weights ?? PretrainedWeights.Bundled;
        options.Backbone = backbone;
        options.LabelColumnName = labelColumnName;
        options.ImageColumnName = imageColumnName;
        options.ValidationSet = validationSet;
        if (maxEpochs is { } epochs)
        {
            options.Training.MaxEpochs = epochs;
        }

        return options;
    }
}
