using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Experiments;

/// <summary>Experiments that take seconds: the bundled network on images of 16 pixels.</summary>
internal static class Samples
{
    public const int Epochs = 4;

    public static (IDataView Train, IDataView Validation, IDataView Test) Rows(MLContext context) => (
        SyntheticImages.View(context, 48, seed: 1, mislabelled: 0.2),
        SyntheticImages.View(context, 40, seed: 2, mislabelled: 0.2),
        SyntheticImages.View(context, 40, seed: 3, mislabelled: 0.2));

    public static BinaryExperimentSettings Settings(string folder, Action<BinaryExperimentSettings>? change = null)
    {
        var settings = new BinaryExperimentSettings
        {
            WorkingFolder = folder,
            Cuts = ["stem", "layer1.0", "layer2.0", "layer3.0"],
            Search = new GuidedSearch { ShortEpochs = 2 },
            Trainer = new TransferLearningBinaryTrainer.Options
            {
                LabelColumnName = "Positive",
                Weights = PretrainedWeights.Bundled,
                InputSize = [16, 16],
                Training = new TrainingOptions { MaxEpochs = Epochs, BatchSize = 16, Augmentation = null, Seed = 5 },
            },
        };
        change?.Invoke(settings);
        return settings;
    }

    public static TransferLearningExperiment<MedicalBinaryMetrics> Experiment(MLContext context, string folder, Action<BinaryExperimentSettings>? change = null) =>
        context.BinaryClassification.CreateTransferLearningExperiment(context, Settings(folder, change));
}
