using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>How alike two networks see the same images: features of the same rows, such as before and after fine-tuning, of any numbers of columns.</summary>
internal static class FeatureSimilarity
{
    /// <summary>
    /// Linear centred kernel alignment (Kornblith et al. 2019, arXiv 1905.00414), between 0 and 1: |Y'X|^2 / (|X'X| |Y'Y|). It does not change when features are rotated
    /// or all multiplied by one number.
    /// </summary>
    /// <param name="first">Features of the rows.</param>
    /// <param name="second">Other features of the same rows.</param>
    /// <param name="unbiased">
    /// Uses the unbiased estimator of the Hilbert-Schmidt independence criterion (Song et al. 2012): about 0 for unrelated features however few rows there
    /// are, and possibly below.
    /// </param>
    /// <returns>Null for features that do not vary, and for fewer than 2 rows (unbiased, 4).</returns>
    /// <exception cref="ArgumentException">The numbers of rows differ.</exception>
    public static double? LinearCka(FeatureMatrix first, FeatureMatrix second, bool unbiased = false)
    {
        RequireSameRows(first, second);
        if (first.Rows < (unbiased ? 4 : 2))
        {
            return null;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        using var x = FeatureDecomposition.Of(first, standardize: false);
        using var y = FeatureDecomposition.Of(second, standardize: false);
        if (x.Rank == 0 || y.Rank == 0)
        {
            return null;
        }

        var (cross, own, other) = (Dependence(x, y, unbiased), Dependence(x, x, unbiased), Dependence(y, y, unbiased));
        return own > 0 && other > 0 ? cross / Math.Sqrt(own) / Math.Sqrt(other) : null;
    }

    /// <summary>
    /// Singular vector canonical correlation analysis (Raghu et al. 2017, arXiv 1706.05806): the mean canonical correlation of the fewest
    /// principal components that hold a share of each one's variance, between 0 and 1.
    /// </summary>
    /// <param name="first">Features of the rows.</param>
    /// <param name="second">Other features of the same rows.</param>
    /// <param name="share">Share of the variance to keep, above 0 and at most 1.</param>
    /// <returns>
    /// Null for features that do not vary. With fewer rows than both have components together some correlations are 1 whatever the features are; take many more rows.
    /// </returns>
    /// <exception cref="ArgumentException">The numbers of rows differ.</exception>
    public static double? Svcca(FeatureMatrix first, FeatureMatrix second, double share = 0.99)
    {
        RequireSameRows(first, second);
        if (!(share > 0 && share <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of the variance must be above 0 and at most 1.");
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        using var x = FeatureDecomposition.Of(first, standardize: false);
        using var y = FeatureDecomposition.Of(second, standardize: false);
        if (x.Rank == 0 || y.Rank == 0)
        {
            return null;
        }

        // Both bases are orthonormal, so the singular values of their product are the canonical correlations.
        var product = x.Left.narrow(1, 0, Kept(x, share)).t().matmul(y.Left.narrow(1, 0, Kept(y, share)));
        return linalg.svdvals(product).data<double>().Average(value => Math.Min(value, 1));
    }

    private static int Kept(FeatureDecomposition features, double share)
    {
        var wanted = share * features.SingularValues.Sum(s => s * s);
        var sum = 0.0;
        var kept = 0;
        while (kept < features.Rank && sum < wanted)
        {
            sum += features.SingularValues[kept] * features.SingularValues[kept];
            kept++;
        }

        return kept;
    }

    private static double Dependence(FeatureDecomposition x, FeatureDecomposition y, bool unbiased)
    {
        var plain = x.Values.t().matmul(y.Values).square().sum().item<double>();
        if (!unbiased)
        {
            return plain;
        }

        // Song et al. for linear kernels of centred features, as in the program of Kornblith et al.
        double rows = x.Rows;
        var (left, right) = (x.Values.square().sum([1L]), y.Values.square().sum(1));
        return plain - (rows / (rows - 2) * left.dot(right).item<double>()) + (left.sum().item<double>() * right.sum().item<double>() / ((rows - 1) * (rows - 2)));
    }

    private static void RequireSameRows(FeatureMatrix first, FeatureMatrix second)
    {
        if (first.Rows != second.Rows)
        {
            throw new ArgumentException($"There are {first.Rows} and {second.Rows} rows; features of the same images are compared.", nameof(second));
        }
    }
}
