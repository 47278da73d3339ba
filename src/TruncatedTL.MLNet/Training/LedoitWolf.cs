namespace TruncatedTL.MLNet.Training;

/// <summary>A covariance from few observations: the sample's, drawn towards a multiple of the identity as far as its own error asks for (Ledoit and Wolf 2004).</summary>
internal static class LedoitWolf
{
    /// <summary>Estimates the covariance of centred observations.</summary>
    /// <param name="centred">Observations minus their mean, row-major [observations, dimension].</param>
    /// <param name="dimension">Length of an observation.</param>
    /// <returns>The covariance, [dimension, dimension], and the share of the identity in it, 0 to 1.</returns>
    public static (double[] Covariance, double Shrinkage) Covariance(double[] centred, int dimension)
    {
        var count = centred.Length / dimension;
        var sample = new double[dimension * dimension];

        // A thread has rows of the matrix to itself, so that the order of all sums is the same on any number of threads.
        Parallel.For(0, dimension, a =>
        {
            var target = sample.AsSpan(a * dimension, a + 1);
            for (var i = 0; i < count; i++)
            {
                var row = centred.AsSpan(i * dimension, a + 1);
                var share = row[a] / count;
                for (var b = 0; b <= a; b++)
                {
                    target[b] += share * row[b];
                }
            }
        });
        var fourthMoment = 0.0;
        for (var i = 0; i < count; i++)
        {
            var squared = 0.0;
            foreach (var value in centred.AsSpan(i * dimension, dimension))
            {
                squared += value * value;
            }

            fourthMoment += squared * squared / count;
        }

        var (trace, squaredNorm) = (0.0, 0.0);
        for (var a = 0; a < dimension; a++)
        {
            trace += sample[a * dimension + a];
            for (var b = 0; b <= a; b++)
            {
                var value = sample[a * dimension + b];
                sample[b * dimension + a] = value;
                squaredNorm += (a == b ? 1 : 2) * value * value;
            }
        }

        var meanVariance = trace / dimension;
        var distance = squaredNorm - dimension * meanVariance * meanVariance;
        var error = Math.Clamp((fourthMoment - squaredNorm) / count, 0, Math.Max(distance, 0));
        var shrinkage = error == 0 ? 0 : error / distance;
        for (var k = 0; k < sample.Length; k++)
        {
            sample[k] *= 1 - shrinkage;
        }

        for (var a = 0; a < dimension; a++)
        {
            sample[a * dimension + a] += shrinkage * meanVariance;
        }

        return (sample, shrinkage);
    }
}
