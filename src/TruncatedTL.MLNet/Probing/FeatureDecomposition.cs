using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Probing;

/// <summary>
/// Singular value decomposition X = U diag(s) V' of centred features in float64, computed once and shared by all scores. It is found from the
/// eigenvalues of the smaller of X'X and XX'; directions with less than 1e-10 of the largest eigenvalue are left out.
/// </summary>
internal sealed class FeatureDecomposition : IDisposable
{
    private const double SmallestEigenvalue = 1e-10;

    // Relative to the mean. Means of float32 values that are all equal differ by less, depending on the batch.
    private const double SmallestDeviation = 1e-6;

    private readonly double[] _mean;
    private readonly double[] _factor;

    private FeatureDecomposition(Tensor values, Tensor left, Tensor right, double[] singularValues, double[] mean, double[] factor)
    {
        Values = values;
        Left = left;
        Right = right;
        SingularValues = singularValues;
        _mean = mean;
        _factor = factor;
    }

    /// <summary>The centred features X, [rows, columns]; a constant column is 0.</summary>
    public Tensor Values { get; }

    /// <summary>U, [rows, rank].</summary>
    public Tensor Left { get; }

    /// <summary>V, [columns, rank].</summary>
    public Tensor Right { get; }

    /// <summary>Singular values, descending, all positive.</summary>
    public double[] SingularValues { get; }

    public int Rows => (int)Values.shape[0];

    public int Columns => (int)Values.shape[1];

    /// <summary>Number of directions in which the features vary.</summary>
    public int Rank => SingularValues.Length;

    /// <summary>Decomposes features.</summary>
    /// <param name="features">The features.</param>
    /// <param name="standardize">Whether columns are divided by their standard deviation (of all rows), besides being centred.</param>
    /// <exception cref="TrainingDataException">A feature is not a finite number.</exception>
    public static FeatureDecomposition Of(FeatureMatrix features, bool standardize)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (values, mean, factor) = Centre(features, standardize);
        var (left, right, singularValues) = Decompose(values);
        return new FeatureDecomposition(values.DetachFromDisposeScope(), left.DetachFromDisposeScope(), right.DetachFromDisposeScope(), singularValues, mean, factor);
    }

    /// <summary>Features minus the mean of their column, [rows, columns]; a constant column is 0. The tensor is the caller's.</summary>
    /// <exception cref="TrainingDataException">A feature is not a finite number.</exception>
    public static Tensor Centre(FeatureMatrix features) => Centre(features, standardize: false).Values;

    /// <summary>Other rows, centred and scaled as these were, [rows, columns].</summary>
    /// <exception cref="ArgumentException">They have another number of columns.</exception>
    /// <exception cref="TrainingDataException">A feature is not a finite number.</exception>
    public Tensor Transform(FeatureMatrix other)
    {
        if (other.Columns != Columns)
        {
            throw new ArgumentException($"The rows have {other.Columns} features instead of {Columns}.", nameof(other));
        }

        RequireFinite(other);
        using var scope = NewDisposeScope();
        return ((Raw(other) - tensor(_mean)) * tensor(_factor)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Left.Dispose();
        Right.Dispose();
    }

    private static (Tensor Values, double[] Mean, double[] Factor) Centre(FeatureMatrix features, bool standardize)
    {
        RequireFinite(features);
        using var scope = NewDisposeScope();
        var raw = Raw(features);
        var average = raw.mean([0L]);
        var centred = raw - average;
        var mean = average.data<double>().ToArray();
        var deviation = centred.square().mean([0L]).sqrt().data<double>().ToArray();
        var factor = mean.Zip(deviation, (m, d) => d > SmallestDeviation * Math.Abs(m) ? (standardize ? 1 / d : 1) : 0).ToArray();
        return ((centred * tensor(factor)).MoveToOuterDisposeScope(), mean, factor);
    }

    private static (Tensor Left, Tensor Right, double[] SingularValues) Decompose(Tensor values)
    {
        var isTall = values.shape[0] >= values.shape[1];
        var gram = isTall ? values.t().matmul(values) : values.matmul(values.t());
        var (ascending, vectors) = linalg.eigh(gram);
        var eigenvalues = ascending.data<double>().ToArray();
        var rank = eigenvalues.Count(value => value > 0 && value > SmallestEigenvalue * eigenvalues[^1]);
        var singularValues = eigenvalues[^rank..].Reverse().Select(Math.Sqrt).ToArray();
        var found = vectors.narrow(1, eigenvalues.Length - rank, rank).flip(1);
        var scale = tensor(singularValues);
        return isTall
            ? (values.matmul(found) / scale, found, singularValues)
            : (found, values.t().matmul(found) / scale, singularValues);
    }

    private static Tensor Raw(FeatureMatrix features) => tensor(features.Values).reshape(features.Rows, features.Columns).to(ScalarType.Float64);

    private static void RequireFinite(FeatureMatrix features)
    {
        if (features.Rows == 0)
        {
            throw new ArgumentException("There are no rows.", nameof(features));
        }

        var position = Array.FindIndex(features.Values, value => !float.IsFinite(value));
        if (position >= 0)
        {
            throw new TrainingDataException($"Row {position / features.Columns}: feature {position % features.Columns} is not a finite number; check weights and normalisation of the network.", position / features.Columns);
        }
    }
}
