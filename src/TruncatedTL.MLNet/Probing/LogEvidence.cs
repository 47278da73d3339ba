using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// LogME (You et al. 2021, arXiv 2102.11005): how probable the labels are under Bayesian linear regression on the features, at the best prior and noise, per row
/// and averaged over the classes, in nats.
/// </summary>
/// <remarks>
/// <para>
/// It differs from the authors' program in three ways. The determinant has only as many terms as features vary in directions, at most min(rows, columns): the program
/// counts every column in the prior and none of the surplus ones in the determinant, so that wide cuts cannot be compared with narrow ones. Features
/// are reduced to their first <see cref="MaxDimension"/> principal components. And features and targets are centred, that is, an intercept with a flat
/// prior is integrated out, which takes one row from the count: otherwise the prevalence of a class would be explained by nothing.
/// </para>
/// <para>
/// With t = precision of the weights / precision of the noise the best noise is known, so that the evidence is a function of t alone; it is maximised
/// over 1e-8 to 1e8 times the largest squared singular value.
/// </para>
/// </remarks>
internal static class LogEvidence
{
    /// <summary>Most principal components that are looked at.</summary>
    public const int MaxDimension = 256;

    private const double LogRange = 8 * 2.302585092994046;
    private const int GridSteps = 64;
    private const int SearchSteps = 60;
    private static readonly double GoldenRatio = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Computes the score.</summary>
    /// <param name="features">Decomposed features.</param>
    /// <param name="targets">The labels.</param>
    /// <returns>Null where fewer than two classes occur.</returns>
    public static double? Compute(FeatureDecomposition features, ClassTargets targets)
    {
        if (targets.Classes.Count == 0)
        {
            return null;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var rank = Math.Min(features.Rank, MaxDimension);
        var spectrum = features.SingularValues[..rank].Select(s => s * s).ToArray();
        // Targets are 0 and 1, as in the paper.
        var isMember = targets.ToTensor().gt(zeros(1, ScalarType.Float64)).to(ScalarType.Float64);
        var centred = isMember - isMember.mean([0L], keepdim: true);
        double[] projections = rank == 0 ? [] : features.Left.narrow(1, 0, rank).t().matmul(centred).t().contiguous().data<double>().ToArray();
        var totals = centred.square().sum([0L]).data<double>().ToArray();
        return Enumerable.Range(0, totals.Length).Average(column =>
            Maximum(spectrum, projections.AsSpan(column * rank, rank).ToArray(), totals[column], features.Rows - 1) / features.Rows);
    }

    private static double Maximum(double[] spectrum, double[] projections, double total, int degrees)
    {
        if (spectrum.Length == 0)
        {
            return Evidence(spectrum, projections, total, degrees, 1);
        }

        var centre = Math.Log(spectrum[0]);
        var step = 2 * LogRange / GridSteps;
        var best = Enumerable.Range(0, GridSteps + 1).MaxBy(i => At(centre - LogRange + (i * step)));
        var (low, high) = (centre - LogRange + (Math.Max(best - 1, 0) * step), centre - LogRange + (Math.Min(best + 1, GridSteps) * step));

        // Golden-section search between the neighbours of the best point.
        for (var i = 0; i < SearchSteps; i++)
        {
            var width = GoldenRatio * (high - low);
            (low, high) = At(high - width) >= At(low + width) ? (low, low + width) : (high - width, high);
        }

        return At((low + high) / 2);

        double At(double logRatio) => Evidence(spectrum, projections, total, degrees, Math.Exp(logRatio));
    }

    // At ratio t and its best noise: sum(log(t / (t + s^2))) / 2 + n / 2 (log(n / q) - 1 - log(2 pi)) with q = |y - Fw|^2 + t |w|^2.
    private static double Evidence(double[] spectrum, double[] projections, double total, int degrees, double ratio)
    {
        var (determinant, explained, misfit) = (0.0, 0.0, 0.0);
        for (var k = 0; k < spectrum.Length; k++)
        {
            var squared = projections[k] * projections[k];
            determinant -= double.LogP1(spectrum[k] / ratio);
            explained += squared;
            misfit += squared * ratio / (ratio + spectrum[k]);
        }

        misfit += Math.Max(total - explained, 0);
        return (determinant + (degrees * (Math.Log(degrees / misfit) - 1 - Math.Log(2 * Math.PI)))) / 2;
    }
}
