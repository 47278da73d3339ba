using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// H-score with a shrunk covariance (Ibrahim et al. 2021, arXiv 2110.06893): the variance between the classes in units of the variance of the features,
/// (1 - a) tr((1 - a) S + a m I)^-1 B, with the features' covariance S, its mean eigenvalue m, the covariance B of the class means and the
/// shrinkage a of Ledoit and Wolf. All covariances are divided by the number of rows.
/// </summary>
internal static class HScore
{
    // Stands for a shrinkage of 0, with which the covariance may have no inverse; the class means have no part where it has none.
    private const double SmallestShrinkage = 1e-10;

    /// <summary>Computes the score, at least 0.</summary>
    /// <param name="features">The features.</param>
    /// <param name="labels">Class index per row.</param>
    /// <returns>Null where fewer than two classes occur; 0 for features that do not vary.</returns>
    /// <exception cref="TrainingDataException">A feature is not a finite number.</exception>
    public static double? Compute(FeatureMatrix features, IReadOnlyList<int> labels)
    {
        var classes = labels.GroupBy(label => label).OrderBy(group => group.Key).Select((group, index) => (group.Key, index)).ToDictionary(pair => pair.Key, pair => pair.index);
        if (classes.Count < 2)
        {
            return null;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var values = FeatureDecomposition.Centre(features);
        var isTall = features.Rows >= features.Columns;
        var gram = isTall ? values.t().matmul(values) : values.matmul(values.t());
        var mean = gram.diagonal().sum().item<double>() / features.Rows / features.Columns;
        if (mean == 0)
        {
            return 0;
        }

        // Columns: one over the root of rows times members, for the members of a class. M'XX'M is then the covariance of the class means.
        var counts = labels.GroupBy(label => classes[label]).ToDictionary(group => group.Key, group => group.Count());
        var members = new double[features.Rows * classes.Count];
        for (var row = 0; row < features.Rows; row++)
        {
            var c = classes[labels[row]];
            members[(row * classes.Count) + c] = 1 / Math.Sqrt((double)features.Rows * counts[c]);
        }

        // With C = (1 - a) X'X / n + a m I: tr(M'X C^-1 X'M) where there are more rows than columns, else tr(M'(XX') C'^-1 M) with the same C' of XX'.
        var shrinkage = Shrinkage(values, gram, mean);
        var membership = tensor(members).reshape(features.Rows, classes.Count);
        var side = isTall ? values.t().matmul(membership) : membership;
        var covariance = (gram * ((1 - shrinkage) / features.Rows)) + (eye(gram.shape[0], dtype: ScalarType.Float64) * (Math.Max(shrinkage, SmallestShrinkage) * mean));
        var solved = linalg.solve(covariance, side);
        var score = (isTall ? side * solved : gram.matmul(membership) * solved).sum().item<double>();
        return (1 - shrinkage) * score;
    }

    // Ledoit and Wolf 2004; X'X and XX' have the same norm.
    private static double Shrinkage(Tensor values, Tensor gram, double mean)
    {
        double rows = values.shape[0];
        var squaredNorm = gram.square().sum().item<double>() / rows / rows;
        var distance = squaredNorm - (values.shape[1] * mean * mean);
        var fourthMoment = values.square().sum([1L]).square().mean().item<double>();
        var error = Math.Clamp((fourthMoment - squaredNorm) / rows, 0, Math.Max(distance, 0));
        return error == 0 ? 0 : error / distance;
    }
}
