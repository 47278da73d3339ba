using TorchSharp;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>What a ridge probe found.</summary>
/// <param name="Auroc">Cross-validated area under the ROC curve; null where it is undefined.</param>
/// <param name="Penalty">The penalty with the smallest cross-validated squared error, among those on the way down to it.</param>
/// <param name="HeldOut">What each row was predicted when its fold was held out, at that penalty, row-major [rows, columns of the targets].</param>
internal sealed record RidgeProbeResult(double? Auroc, double Penalty, double[] HeldOut);

/// <summary>
/// Ridge regression of targets of +1 and -1 on features, with an intercept that is not penalised. One decomposition of all rows
/// serves every penalty and fold: with the hat matrix H = 11'/n + U diag(s^2 / (s^2 + penalty)) U' and residuals e = y - Hy, the
/// residuals of a fold B that was held out are (I - H_BB)^-1 e_B, exactly those of a fit without B. The features themselves are
/// standardised over all rows, which no label takes part in.
/// </summary>
internal static class RidgeProbe
{
    /// <summary>Penalties that are tried, as multiples of the number of rows.</summary>
    public static readonly IReadOnlyList<double> Penalties = [1e3, 1e2, 1e1, 1, 1e-1, 1e-2, 1e-3];

    /// <summary>Cross-validates the probe.</summary>
    /// <param name="features">Decomposed features.</param>
    /// <param name="targets">The labels.</param>
    /// <param name="foldOfRow">The fold that each row is held out in, from 0.</param>
    /// <returns>
    /// The mean over the classes (one class of two) of the mean over the folds. Where a fold, or what is left without it, has no row of a class or only
    /// rows of it, that class is left out there. Null if fewer than two classes occur.
    /// </returns>
    public static RidgeProbeResult? CrossValidate(FeatureDecomposition features, ClassTargets targets, IReadOnlyList<int> foldOfRow)
    {
        if (targets.Classes.Count == 0)
        {
            return null;
        }

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var folds = Enumerable.Range(0, foldOfRow.Max() + 1)
            .Select(fold => Enumerable.Range(0, foldOfRow.Count).Where(row => foldOfRow[row] == fold).ToArray())
            .ToArray();
        var wanted = targets.ToTensor();
        var pieces = folds.Select(rows => new Fold(features, rows)).ToArray();
        var best = Try(BestWithOneLeftOut(features, wanted));

        // Downhill from there: along the penalties the error falls and rises once, and most of them need not be tried then.
        foreach (var direction in (ReadOnlySpan<int>)[-1, 1])
        {
            var origin = best.Place;
            for (var next = origin + direction; next >= 0 && next < Penalties.Count; next += direction)
            {
                var tried = Try(next);
                if (tried.Error >= best.Error)
                {
                    break;
                }

                best = tried;
            }

            if (best.Place != origin)
            {
                break;
            }
        }

        return new RidgeProbeResult(Auroc(features, targets, folds, best.HeldOut), Penalties[best.Place] * features.Rows, best.HeldOut);

        (int Place, double Error, double[] HeldOut) Try(int index)
        {
            using var step = NewDisposeScope();
            var residuals = HeldOutResiduals(features, wanted, pieces, Penalties[index] * features.Rows);
            return (index, residuals.square().mean().item<double>(), (wanted - residuals).data<double>().ToArray());
        }
    }

    /// <summary>Area under the ROC curve on other rows, of a probe that is fitted to all rows; the mean over the classes. Null where it is undefined.</summary>
    /// <param name="features">Decomposed features of the rows to fit.</param>
    /// <param name="targets">Their labels.</param>
    /// <param name="penalty">The penalty.</param>
    /// <param name="other">Features of the other rows.</param>
    /// <param name="labels">Class index of the other rows.</param>
    public static double? Validate(FeatureDecomposition features, ClassTargets targets, double penalty, FeatureMatrix other, IReadOnlyList<int> labels)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var shrunk = features.SingularValues.Select(s => s / ((s * s) + penalty)).ToArray();
        var weights = features.Right.matmul(tensor(shrunk).unsqueeze(1) * features.Left.t().matmul(targets.ToTensor()));
        var scores = features.Transform(other).matmul(weights).data<double>().ToArray();
        var rows = Enumerable.Range(0, labels.Count).ToArray();
        return ClassTargets.Mean(targets.Classes.Select((_, column) => targets.Auroc(scores, column, labels, rows)));
    }

    // Place of the penalty with the smallest squared error when one row at a time is held out, which needs no system of equations: close to that of larger folds, unless rows of
    // a group resemble each other.
    private static int BestWithOneLeftOut(FeatureDecomposition features, Tensor wanted)
    {
        var squares = features.SingularValues.Select(s => s * s).ToArray();
        var shares = tensor(squares.SelectMany(square => Penalties.Select(multiple => square / (square + (multiple * features.Rows)))).ToArray())
            .reshape(squares.Length, Penalties.Count);
        using Scalar ofIntercept = 1 - (1.0 / features.Rows);
        var kept = (features.Left.square().matmul(shares) - ofIntercept).neg();
        var centred = wanted - wanted.mean([0L], keepdim: true);
        var projections = features.Left.t().matmul(centred);
        return Enumerable.Range(0, Penalties.Count).MinBy(place =>
            ((centred - features.Left.matmul(shares.narrow(1, place, 1) * projections)) / kept.narrow(1, place, 1)).square().mean().item<double>());
    }

    // [rows, columns]
    private static Tensor HeldOutResiduals(FeatureDecomposition features, Tensor wanted, Fold[] folds, double penalty)
    {
        var shares = tensor(features.SingularValues.Select(s => s * s / ((s * s) + penalty)).ToArray());
        var centred = wanted - wanted.mean([0L], keepdim: true);
        var residuals = centred - features.Left.matmul(shares.unsqueeze(1) * features.Left.t().matmul(centred));
        var result = zeros_like(residuals);
        var all = cat([shares, ones(1, ScalarType.Float64)]);
        foreach (var fold in folds)
        {
            result.index_copy_(0, fold.Rows, fold.HoldOut(residuals.index_select(0, fold.Rows), all));
        }

        return result;
    }

    private static double? Auroc(FeatureDecomposition features, ClassTargets targets, int[][] folds, double[] heldOut)
    {
        // Rounding would rank rows that are all alike.
        if (features.Rank == 0)
        {
            return 0.5;
        }

        return ClassTargets.Mean(targets.Classes.Select((label, column) => ClassTargets.Mean(folds.Select(rows =>
        {
            var inside = rows.Count(row => targets.Labels[row] == label);
            var outside = targets.Labels.Count(other => other == label) - inside;
            return outside > 0 && outside < targets.Labels.Count - rows.Length ? targets.Auroc(heldOut, column, targets.Labels, rows) : null;
        }))));
    }

    /// <summary>A fold's part of the hat matrix: H_BB = BDB' with B = [U_B, 1/sqrt(n)] and D the diagonal matrix of shares.</summary>
    private sealed class Fold
    {
        // A system of as many unknowns as features is the cheaper one up to here: it needs no product of matrices for each penalty.
        private const int MostColumnsPerRow = 2;

        private readonly Tensor _basis;
        private readonly Tensor? _gram;

        public Fold(FeatureDecomposition features, int[] rows)
        {
            Rows = tensor(Array.ConvertAll(rows, row => (long)row));
            _basis = cat([features.Left.index_select(0, Rows), tensor(Enumerable.Repeat(1 / Math.Sqrt(features.Rows), rows.Length).ToArray()).unsqueeze(1)], 1);
            _gram = _basis.shape[1] <= MostColumnsPerRow * rows.Length ? _basis.t().matmul(_basis) : null;
        }

        public Tensor Rows { get; }

        /// <summary>(I - BDB')^-1 e, in one of two ways: the other one is e + B (D^-1 - B'B)^-1 B'e. Both matrices are symmetric and positive definite.</summary>
        public Tensor HoldOut(Tensor residuals, Tensor shares)
        {
            if (_gram is null)
            {
                return Solve(eye(residuals.shape[0], dtype: ScalarType.Float64) - (_basis * shares).matmul(_basis.t()), residuals);
            }

            return residuals + _basis.matmul(Solve(diag(shares.reciprocal()) - _gram, _basis.t().matmul(residuals)));
        }

        private static Tensor Solve(Tensor matrix, Tensor right) => right.cholesky_solve(linalg.cholesky(matrix));
    }
}
