using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Where the features of known images lie: a normal distribution for each class, with one covariance for all (Lee et al. 2018,
/// arXiv 1807.03888). Features are first divided by their spread within classes, and the correlation is shrunk towards the identity as Ledoit and
/// Wolf (2004) say, so that there may be fewer images than features.
/// </summary>
internal sealed class FeatureDensity
{
    // A feature that hardly varies in training would make any other value infinitely strange.
    private const double SmallestRelativeSpread = 0.01;

    private FeatureDensity(double[] whitening, double[] centre, double[] means, int dimension, double shrinkage)
    {
        Whitening = whitening;
        Centre = centre;
        Means = means;
        Dimension = dimension;
        Shrinkage = shrinkage;
    }

    /// <summary>Number of features, D.</summary>
    public int Dimension { get; }

    /// <summary>Number of classes that had images, C.</summary>
    public int ClassCount => Means.Length / Dimension;

    /// <summary>W, [D, D] row-major, such that the distance is the Euclidean one between W (x - centre) and the nearest mean.</summary>
    public double[] Whitening { get; }

    /// <summary>The mean of all images, [D].</summary>
    public double[] Centre { get; }

    /// <summary>Means of the classes, centred and whitened, [C, D] row-major.</summary>
    public double[] Means { get; }

    /// <summary>How far the correlation was drawn to the identity: 0 not at all, 1 entirely.</summary>
    public double Shrinkage { get; }

    /// <summary>Fits the distribution.</summary>
    /// <param name="features">Features of all images, row-major [images, dimension].</param>
    /// <param name="dimension">Number of features, D.</param>
    /// <param name="labels">Class of each image; classes without images have no part.</param>
    /// <exception cref="TrainingDataException">No class has two different images, or a feature is not finite.</exception>
    public static FeatureDensity Fit(ReadOnlySpan<float> features, int dimension, ReadOnlySpan<int> labels)
    {
        var count = labels.Length;
        var classes = labels.ToArray().Distinct().Order().ToArray();
        var counts = new int[classes.Length];
        var classMeans = new double[classes.Length * dimension];
        var centre = new double[dimension];
        var indices = new int[count];
        for (var i = 0; i < count; i++)
        {
            indices[i] = Array.BinarySearch(classes, labels[i]);
            counts[indices[i]]++;
            var row = features.Slice(i * dimension, dimension);
            for (var j = 0; j < dimension; j++)
            {
                classMeans[indices[i] * dimension + j] += row[j];
                centre[j] += row[j] / (double)count;
            }
        }

        for (var k = 0; k < classMeans.Length; k++)
        {
            classMeans[k] /= counts[k / dimension];
        }

        var residuals = new double[checked(count * dimension)];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < dimension; j++)
            {
                residuals[i * dimension + j] = features[i * dimension + j] - classMeans[indices[i] * dimension + j];
            }
        }

        var spreads = Standardize(residuals, dimension);
        var (covariance, shrinkage) = LedoitWolf.Covariance(residuals, dimension);
        if (!Cholesky.TryFactor(covariance, dimension))
        {
            throw new TrainingDataException("The features of the training images do not vary within their classes; there is nothing to measure other images against.");
        }

        var whitening = Cholesky.InverseOfFactor(covariance, dimension);
        for (var k = 0; k < whitening.Length; k++)
        {
            whitening[k] /= spreads[k % dimension];
        }

        var density = new FeatureDensity(whitening, centre, new double[classMeans.Length], dimension, shrinkage);
        for (var c = 0; c < classes.Length; c++)
        {
            density.Whiten(classMeans.AsSpan(c * dimension, dimension), density.Means.AsSpan(c * dimension, dimension));
        }

        return density;
    }

    /// <summary>The distance of an image to the nearest class.</summary>
    /// <param name="features">Its features, [D].</param>
    public double Distance(ReadOnlySpan<float> features)
    {
        var values = new double[Dimension];
        for (var j = 0; j < Dimension; j++)
        {
            values[j] = features[j];
        }

        var whitened = new double[Dimension];
        Whiten(values, whitened);
        var smallest = double.PositiveInfinity;
        for (var c = 0; c < ClassCount; c++)
        {
            var sum = 0.0;
            for (var j = 0; j < Dimension; j++)
            {
                var difference = whitened[j] - Means[c * Dimension + j];
                sum += difference * difference;
            }

            smallest = Math.Min(smallest, sum);
        }

        return Math.Sqrt(smallest);
    }

    private void Whiten(ReadOnlySpan<double> values, Span<double> whitened)
    {
        for (var row = 0; row < Dimension; row++)
        {
            var sum = 0.0;
            for (var column = 0; column <= row; column++)
            {
                sum += Whitening[row * Dimension + column] * (values[column] - Centre[column]);
            }

            whitened[row] = sum;
        }
    }

    // Divides each feature by its root mean square and returns that.
    private static double[] Standardize(double[] residuals, int dimension)
    {
        var count = residuals.Length / dimension;
        var spreads = new double[dimension];
        for (var k = 0; k < residuals.Length; k++)
        {
            spreads[k % dimension] += residuals[k] * residuals[k];
        }

        var floor = SmallestRelativeSpread * Math.Sqrt(spreads.Sum() / residuals.Length);
        if (!(floor > 0) || !double.IsFinite(floor))
        {
            throw new TrainingDataException("The features of the training images are not finite or do not vary within their classes; there is nothing to measure other images against.");
        }

        for (var j = 0; j < dimension; j++)
        {
            spreads[j] = Math.Max(floor, Math.Sqrt(spreads[j] / count));
        }

        for (var k = 0; k < residuals.Length; k++)
        {
            residuals[k] /= spreads[k % dimension];
        }

        return spreads;
    }
}
