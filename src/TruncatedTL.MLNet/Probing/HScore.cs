using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// H-score with a shrunk covariance (Ibrahim et al. 2021, arXiv 2110.06893): the variance between the classes in units of the variance of the features,
/// (1 - a) tr((1 - a) S + a m I)^-1 B, with the features' covariance S, its mean eigenvalue m, the covariance B of the class means and the
/// shrinkage a of Ledoit and Wolf. All covariances are divided by the number of rows.
/// </summary>
internal static class HScore
{
    /// <summary>Computes the score, at least 0.</summary>
    /// <param name="features">Decomposed features.</param>
    /// <param name="labels">Class index per row.</param>
    /// <returns>Null where fewer than two classes occur; 0 for features that do not vary.</returns>
    public static double? Compute(FeatureDecomposition features, IReadOnlyList<int> labels)
    {
        if (labels.Distinct().Count() < 2)
        {
            return null;
        }

        if (features.Rank == 0)
        {
            return 0;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var rows = features.Rows;
        var eigenvalues = features.SingularValues.Select(s => s * s / rows).ToArray();
        var mean = eigenvalues.Sum() / features.Columns;
        var shrinkage = Shrinkage(features, eigenvalues, mean);

        // Per direction, the share of its variance that lies between the classes: [classes, rank].
        var members = labels.GroupBy(label => label).OrderBy(group => group.Key).Select(group => group.Key).ToArray();
        var indicators = zeros(members.Length, rows, ScalarType.Float64);
        var counts = members.Select(label => labels.Count(other => other == label)).ToArray();
        using (var filled = tensor(labels.Select(label => (long)Array.IndexOf(members, label)).ToArray()).unsqueeze(0))
        {
            indicators.scatter_(0, filled, ones(1, rows, ScalarType.Float64));
        }

        var sums = indicators.matmul(features.Left).data<double>().ToArray();
        var score = 0.0;
        for (var k = 0; k < features.Rank; k++)
        {
            var between = 0.0;
            for (var c = 0; c < members.Length; c++)
            {
                var sum = sums[(c * features.Rank) + k];
                between += sum * sum / counts[c];
            }

            score += between * eigenvalues[k] / (((1 - shrinkage) * eigenvalues[k]) + (shrinkage * mean));
        }

        return (1 - shrinkage) * score;
    }

    // Ledoit and Wolf 2004, from the eigenvalues and the lengths of the rows.
    private static double Shrinkage(FeatureDecomposition features, double[] eigenvalues, double mean)
    {
        var squaredNorm = eigenvalues.Sum(value => value * value);
        var distance = squaredNorm - (features.Columns * mean * mean);
        var fourthMoment = features.Values.square().sum([1L]).square().mean().item<double>();
        var error = Math.Clamp((fourthMoment - squaredNorm) / features.Rows, 0, Math.Max(distance, 0));
        return error == 0 ? 0 : error / distance;
    }
}
