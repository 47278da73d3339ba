using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Explanations;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>Trains a small network on <see cref="BlobImages"/> and counts how often an explanation points at the blob.</summary>
/// <param name="BackboneName">Registered name.</param>
/// <param name="Cut">Where the network ends.</param>
/// <param name="Spatial">H, W or D, H, W.</param>
internal sealed record BlobTask(string BackboneName, string Cut, int[] Spatial)
{
    public HeadPooling Head { get; init; } = HeadPooling.Average;

    public int Channels { get; init; } = 1;

    public int TrainingImages { get; init; } = 192;

    public int Epochs { get; init; } = 8;

    /// <summary>Trains; 0 epochs leave the network at random.</summary>
    public ImageExplainer Train(int epochs)
    {
        var plan = TransferStrategy.FromScratch(Cut).Resolve(Backbone.Create(BackboneName, Channels));
        var specification = new NetworkSpecification(plan, Head, outputs: 1, Spatial);
        var normalization = new PixelNormalization(255, [0.35], [0.12]);
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        if (epochs > 0)
        {
            var options = new TrainingOptions
            {
                MaxEpochs = epochs,
                BatchSize = 16,
                LearningRate = 3e-3,
                Augmentation = null,
                Seed = 1,
                NumberOfThreads = 1,
                EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss },
            };
            FineTuner.Fit(network, BlobImages.Set(TrainingImages, Spatial, Channels, seed: 1), BlobImages.Set(32, Spatial, Channels, seed: 2), normalization, options);
        }

        return ImageExplainer.Create(
            new ClassifierDescription
            {
                Strategy = TransferStrategy.FromScratch(Cut),
                Specification = specification,
                Normalization = normalization,
                ClassNames = BlobImages.ClassNames,
                ImageSpatial = Spatial,
                HasByteValues = true,
            },
            network.Snapshot());
    }

    /// <summary>Explains the class "blob" of test images that have one.</summary>
    /// <returns>The share of images whose map is largest inside the blob, and the share that the network classifies rightly.</returns>
    public (double Inside, double Recognised) Measure(int images, Func<byte[], Explanation> explain)
    {
        var random = new Random(3);
        var (inside, recognised) = (0, 0);
        for (var i = 0; i < images; i++)
        {
            var (pixels, place) = BlobImages.Draw(hasBlob: true, Spatial, random);
            var explanation = explain(BlobImages.Repeat(pixels, Channels));
            inside += place.Contains(explanation.MaximumPosition) ? 1 : 0;
            recognised += explanation.Probability > 0.5 ? 1 : 0;
        }

        return ((double)inside / images, (double)recognised / images);
    }
}
