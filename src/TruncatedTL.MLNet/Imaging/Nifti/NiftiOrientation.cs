namespace TruncatedTL.MLNet.Imaging.Nifti;

/// <summary>
/// Which way the axes x, y, z of a volume run in the patient: for each the nearest of right, anterior and superior, and whether it runs against it.
/// </summary>
internal sealed class NiftiOrientation
{
    private const double SmallestDeterminant = 1e-6;

    private static readonly int[][] Permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    private NiftiOrientation(int[] anatomicalAxes, bool[] isReversed)
    {
        AnatomicalAxes = anatomicalAxes;
        IsReversed = isReversed;
    }

    /// <summary>For x, y and z: 0 for left-right, 1 for posterior-anterior, 2 for inferior-superior.</summary>
    public int[] AnatomicalAxes { get; }

    /// <summary>For x, y and z: true where the axis runs to the left, to posterior or to inferior.</summary>
    public bool[] IsReversed { get; }

    /// <summary>Finds the orientation that the header states, the affine rows before the quaternion, as other readers do.</summary>
    /// <returns>Null where the header states none, or none that makes sense.</returns>
    public static NiftiOrientation? Of(NiftiHeader header)
    {
        var axes = header.AffineCode > 0 ? AxesOfAffine(header.AffineRows)
            : header.QuaternionCode > 0 ? AxesOfQuaternion(header.Quaternion, header.PixelDimensions[0])
            : null;
        return axes is not null && NearestRotation(axes) is { } rotation ? FromRotation(rotation) : null;
    }

    /// <summary>The directions to which x, y and z run: <c>LAS</c> for left, anterior, superior.</summary>
    public override string ToString()
    {
        return string.Concat(AnatomicalAxes.Zip(IsReversed, (axis, reversed) => (reversed ? "LPI" : "RAS")[axis]));
    }

    private static NiftiOrientation FromRotation(double[,] rotation)
    {
        // Axes may be oblique; the pairing whose cosines have the largest sum is the nearest (nifti_mat44_to_orientation of the reference library).
        var best = Permutations.MaxBy(p => Math.Abs(rotation[p[0], 0]) + Math.Abs(rotation[p[1], 1]) + Math.Abs(rotation[p[2], 2]))!;
        return new NiftiOrientation(best, [rotation[best[0], 0] < 0, rotation[best[1], 1] < 0, rotation[best[2], 2] < 0]);
    }

    private static double[,] AxesOfAffine(double[][] rows)
    {
        var axes = new double[3, 3];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                axes[row, column] = rows[row][column];
            }
        }

        return axes;
    }

    // nifti1.h, method 2. The voxel size does not change a direction and is left out.
    private static double[,] AxesOfQuaternion(double[] quaternion, double handedness)
    {
        var (b, c, d) = (quaternion[0], quaternion[1], quaternion[2]);
        var squares = (b * b) + (c * c) + (d * d);
        if (squares > 1)
        {
            // Rounding may exceed a unit quaternion by a little.
            var length = Math.Sqrt(squares);
            (b, c, d, squares) = (b / length, c / length, d / length, 1);
        }

        var a = Math.Sqrt(1 - squares);
        var z = handedness < 0 ? -1 : 1;
        return new[,]
        {
            { (a * a) + (b * b) - (c * c) - (d * d), 2 * ((b * c) - (a * d)), z * 2 * ((b * d) + (a * c)) },
            { 2 * ((b * c) + (a * d)), (a * a) + (c * c) - (b * b) - (d * d), z * 2 * ((c * d) - (a * b)) },
            { 2 * ((b * d) - (a * c)), 2 * ((c * d) + (a * b)), z * ((a * a) + (d * d) - (b * b) - (c * c)) },
        };
    }

    // The orthogonal factor of the polar decomposition by Newton's iteration (Higham 1986); null for axes that do not span space.
    private static double[,]? NearestRotation(double[,] axes)
    {
        var matrix = (double[,])axes.Clone();
        for (var column = 0; column < 3; column++)
        {
            var length = Math.Sqrt((matrix[0, column] * matrix[0, column]) + (matrix[1, column] * matrix[1, column]) + (matrix[2, column] * matrix[2, column]));
            for (var row = 0; row < 3; row++)
            {
                matrix[row, column] /= length;
            }
        }

        for (var iteration = 0; iteration < 40; iteration++)
        {
            var cofactors = Cofactors(matrix);
            var determinant = (matrix[0, 0] * cofactors[0, 0]) + (matrix[0, 1] * cofactors[0, 1]) + (matrix[0, 2] * cofactors[0, 2]);

            // Written so that NaN, from an axis of length 0 or a header of NaN, is refused, too.
            if (!(Math.Abs(determinant) > SmallestDeterminant))
            {
                return null;
            }

            for (var row = 0; row < 3; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    matrix[row, column] = (matrix[row, column] + (cofactors[row, column] / determinant)) / 2;
                }
            }
        }

        return matrix;
    }

    private static double[,] Cofactors(double[,] m)
    {
        var cofactors = new double[3, 3];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                var (r1, r2, c1, c2) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3);
                cofactors[row, column] = (m[r1, c1] * m[r2, c2]) - (m[r1, c2] * m[r2, c1]);
            }
        }

        return cofactors;
    }
}
