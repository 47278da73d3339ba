namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>The decomposition A = L L' of a symmetric positive definite matrix, and what it is good for. Matrices are row-major and square.</summary>
internal static class Cholesky
{
    /// <summary>Replaces the lower triangle of a matrix by L; the upper one is not read and stays.</summary>
    /// <param name="matrix">The matrix, [size, size].</param>
    /// <param name="size">Its number of rows.</param>
    /// <returns>False where the matrix is not positive definite; its content is lost then.</returns>
    public static bool TryFactor(double[] matrix, int size)
    {
        for (var row = 0; row < size; row++)
        {
            var current = matrix.AsSpan(row * size, row + 1);
            for (var column = 0; column < row; column++)
            {
                var other = matrix.AsSpan(column * size, column + 1);
                current[column] = (current[column] - Dot(current[..column], other[..column])) / other[column];
            }

            var pivot = current[row] - Dot(current[..row], current[..row]);
            if (!(pivot > 0) || !double.IsFinite(pivot))
            {
                return false;
            }

            current[row] = Math.Sqrt(pivot);
        }

        return true;
    }

    /// <summary>Solves A x = b in place, given L.</summary>
    /// <param name="factor">What <see cref="TryFactor"/> left, [size, size].</param>
    /// <param name="values">b, replaced by x.</param>
    public static void Solve(double[] factor, Span<double> values)
    {
        var size = values.Length;
        for (var row = 0; row < size; row++)
        {
            values[row] = (values[row] - Dot(factor.AsSpan(row * size, row), values[..row])) / factor[row * size + row];
        }

        for (var row = size - 1; row >= 0; row--)
        {
            var solved = values[row] /= factor[row * size + row];
            for (var above = 0; above < row; above++)
            {
                values[above] -= factor[row * size + above] * solved;
            }
        }
    }

    /// <summary>The inverse of L, lower triangular, with zeros above the diagonal.</summary>
    /// <param name="factor">What <see cref="TryFactor"/> left, [size, size].</param>
    /// <param name="size">Its number of rows.</param>
    public static double[] InverseOfFactor(double[] factor, int size)
    {
        var inverse = new double[factor.Length];
        for (var row = 0; row < size; row++)
        {
            // Row by row, so that every access runs along memory: row r of the inverse is (e_r - sum over k < r of L[r, k] row k) / L[r, r].
            var target = inverse.AsSpan(row * size, row + 1);
            for (var above = 0; above < row; above++)
            {
                var share = factor[row * size + above];
                var source = inverse.AsSpan(above * size, above + 1);
                for (var column = 0; column <= above; column++)
                {
                    target[column] -= share * source[column];
                }
            }

            target[row] += 1;
            for (var column = 0; column <= row; column++)
            {
                target[column] /= factor[row * size + row];
            }
        }

        return inverse;
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
