using System.Globalization;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>Where the training images lie and from which distance on an image is called unlike them.</summary>
/// <param name="Density">The training images' features.</param>
/// <param name="Threshold">The distance that the score calls 1.</param>
/// <param name="Quantile">The share of validation images that it was chosen for.</param>
/// <param name="ValidationCount">Number of validation images.</param>
internal sealed record OutOfDistributionRule(FeatureDensity Density, double Threshold, double Quantile, int ValidationCount)
{
    private const int BatchSize = 64;

    // More images tell nothing new about a mean and a covariance, but their features would fill the memory.
    private const int MostTrainingImages = 10_000;

    /// <summary>Fits the rule.</summary>
    /// <param name="trained">The network and its images; without augmentation.</param>
    /// <param name="quantile">See <see cref="OutOfDistributionOptions.Quantile"/>.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <exception cref="TrainingDataException">There are no validation images, or the features of the images do not vary.</exception>
    public static OutOfDistributionRule Fit(TrainedNetwork trained, double quantile, CancellationToken cancellation)
    {
        var validation = trained.ValidationSet ?? throw new TrainingDataException(
            "The threshold of the out-of-distribution score needs validation images: give a validation set, or a ValidationFraction above 0.");
        var training = trained.TrainingSet;
        if (training.Count > MostTrainingImages)
        {
            training = training.Subset([.. Enumerable.Range(0, MostTrainingImages).Select(i => (int)((long)i * training.Count / MostTrainingImages))]);
        }

        float[] Features(TrainingSet set) => FeatureExtractor.Pooled(trained.Network, set.Images, set.Rows, trained.Normalization, BatchSize, cancellation);
        var features = Features(training);
        var dimension = features.Length / training.Count;
        var density = FeatureDensity.Fit(features, dimension, training.Labels);
        double[] distances = [.. Features(validation).Chunk(dimension).Select(image => density.Distance(image)).Order()];

        // Of images exchangeable with n others, a share of at least q lies within the ceil((n + 1) q)-th smallest of those, where there are as many.
        var rank = Math.Min(distances.Length, (int)Math.Ceiling((distances.Length + 1) * quantile));
        var threshold = distances[rank - 1];
        return threshold > 0 && double.IsFinite(threshold)
            ? new(density, threshold, quantile, distances.Length)
            : throw new TrainingDataException($"The validation images' distance from the training images is {threshold}; no threshold can be derived from it.");
    }

    /// <summary>What a model file says about the rule.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new("truncatedtl.outOfDistribution.method", "mahalanobis"),
        new("truncatedtl.outOfDistribution.quantile", Quantile.ToString("R", CultureInfo.InvariantCulture)),
        new("truncatedtl.outOfDistribution.threshold", Threshold.ToString("R", CultureInfo.InvariantCulture)),
    ];

    /// <summary>The scores of the first rows of a store, computed by TorchSharp.</summary>
    public double[] Scores(TrainedNetwork trained, int count) =>
    [
        .. FeatureExtractor.Pooled(trained.Network, trained.TrainingSet.Images, Enumerable.Range(0, count).ToArray(), trained.Normalization, BatchSize)
            .Chunk(Density.Dimension)
            .Select(image => Density.Distance(image) / Threshold),
    ];

    /// <summary>The output that a model needs for its distance column to be the score.</summary>
    /// <param name="head">The predictor behind the output, which undoes its own scale.</param>
    public OnnxDistance ToOnnx(CalibratedHead head) =>
        ToOnnx(ScoringChain.DistanceColumnName) with { Scale = 1 / (Threshold * head.Scale), Offset = -head.Offset[0] / head.Scale };

    /// <summary>The output that is the score itself.</summary>
    public OnnxDistance ToOnnx(string outputName) => new(outputName, Density.Centre, Density.Whitening, Density.Means, 1 / Threshold, Offset: 0);
}
