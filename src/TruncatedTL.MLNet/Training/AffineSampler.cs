namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Draws crop, flips, rotation, scale and translation of an image and composes them into one affine map from normalised output to
/// normalised input coordinates, as affine_grid wants it: rows and columns in the order x (W), y (H), z (D), each coordinate from
/// -1 to 1.
/// </summary>
/// <param name="options">What is drawn from.</param>
/// <param name="spatial">Lengths H, W or D, H, W in pixels (voxels).</param>
internal sealed class AffineSampler(AugmentationOptions options, IReadOnlyList<int> spatial)
{
    private const int CropAttempts = 10;

    private readonly int _rank = spatial.Count;
    private readonly double[] _flipProbabilities = [options.HorizontalFlip, options.VerticalFlip, options.DepthFlip];
    private readonly double _volume = spatial.Reverse().Aggregate(1.0, (product, length) => product * length);

    // In the order x, y, z.
    private readonly double[] _lengths = spatial.Reverse().Select(length => (double)length).ToArray();

    /// <summary>Draws which axes are mirrored.</summary>
    /// <param name="random">The image's random numbers.</param>
    /// <param name="flips">Receives the axes, in the order x, y, z.</param>
    public void DrawFlips(ref RandomStream random, Span<bool> flips)
    {
        for (var axis = 0; axis < _rank; axis++)
        {
            flips[axis] = random.Chance(_flipProbabilities[axis]);
        }
    }

    /// <summary>Draws crop, rotation, scale and translation and composes them with the flips.</summary>
    /// <param name="random">The image's random numbers.</param>
    /// <param name="flips">Which axes are mirrored, in the order x, y, z.</param>
    /// <param name="theta">Receives the map, row-major [rank, rank + 1].</param>
    /// <returns>False if the map does nothing but the flips.</returns>
    public bool DrawMap(ref RandomStream random, ReadOnlySpan<bool> flips, Span<float> theta)
    {
        // On the stack: this runs for every image of every epoch.
        Span<double> extent = stackalloc double[_rank];
        Span<double> centre = stackalloc double[_rank];
        centre.Clear();
        var moved = DrawCrop(ref random, extent, centre);
        Span<double> angles = stackalloc double[3];
        angles.Clear();
        moved |= DrawAngles(ref random, angles);
        if (options.Scales && random.Happens(options.GeometryProbability))
        {
            moved = true;
            var scale = random.LogUniform(options.ScaleMinimum, options.ScaleMaximum);
            for (var axis = 0; axis < _rank; axis++)
            {
                extent[axis] /= scale;
            }
        }

        if (options.Translation > 0 && random.Happens(options.GeometryProbability))
        {
            moved = true;
            for (var axis = 0; axis < _rank; axis++)
            {
                // An axis is 2 long in normalised coordinates.
                centre[axis] += 2 * random.Uniform(-options.Translation, options.Translation);
            }
        }

        Compose(angles, extent, centre, flips, theta);
        return moved;
    }

    /// <summary>Composes a map: the output is scaled and mirrored, then rotated in pixels (voxels), then moved to the centre.</summary>
    /// <param name="angles">Rotations in the planes of x and y, x and z, y and z, in radians.</param>
    /// <param name="extent">Lengths of the part that is shown, as shares of the axes.</param>
    /// <param name="centre">Its middle, in normalised input coordinates.</param>
    /// <param name="flips">Which axes are mirrored.</param>
    /// <param name="theta">Receives the map, row-major [rank, rank + 1].</param>
    public void Compose(ReadOnlySpan<double> angles, ReadOnlySpan<double> extent, ReadOnlySpan<double> centre, ReadOnlySpan<bool> flips, Span<float> theta)
    {
        Span<double> rotation = stackalloc double[9];
        FillRotation(angles, rotation);
        for (var row = 0; row < _rank; row++)
        {
            for (var column = 0; column < _rank; column++)
            {
                // Rotation acts on pixels; normalised coordinates of a longer axis are worth more pixels.
                var aspect = _lengths[column] / _lengths[row];
                theta[row * (_rank + 1) + column] = (float)(rotation[(3 * row) + column] * aspect * extent[column] * (flips[column] ? -1 : 1));
            }

            theta[row * (_rank + 1) + _rank] = (float)centre[row];
        }
    }

    // Extents as shares of the axes, and the centre such that the crop stays inside.
    private bool DrawCrop(ref RandomStream random, Span<double> extent, Span<double> centre)
    {
        extent.Fill(1);
        if (!options.Crops || !random.Happens(options.GeometryProbability))
        {
            return false;
        }

        for (var attempt = 0; attempt < CropAttempts; attempt++)
        {
            DrawExtent(ref random, extent);
            if (!extent.ContainsAnyExceptInRange(double.NegativeInfinity, 1))
            {
                break;
            }
        }

        for (var axis = 0; axis < _rank; axis++)
        {
            extent[axis] = Math.Min(1, extent[axis]);
            centre[axis] = random.Uniform(-1, 1) * (1 - extent[axis]);
        }

        return true;
    }

    private void DrawExtent(ref RandomStream random, Span<double> extent)
    {
        var side = Math.Pow(_volume * random.Uniform(options.CropScaleMinimum, options.CropScaleMaximum), 1.0 / _rank);
        // Logarithm of each side relative to the others; their mean is taken off, so that the volume stays as drawn.
        Span<double> elongation = stackalloc double[_rank];
        elongation.Clear();
        for (var axis = 0; axis < _rank - 1; axis++)
        {
            elongation[axis] = random.Uniform(Math.Log(options.CropRatioMinimum), Math.Log(options.CropRatioMaximum));
        }

        var mean = 0.0;
        foreach (var value in elongation)
        {
            mean += value;
        }

        mean /= _rank;
        for (var axis = 0; axis < _rank; axis++)
        {
            extent[axis] = side * Math.Exp(elongation[axis] - mean) / _lengths[axis];
        }
    }

    private bool DrawAngles(ref RandomStream random, Span<double> angles)
    {
        if (!options.Rotates || !random.Happens(options.GeometryProbability))
        {
            return false;
        }

        // In the image plane first (about z); a volume also about y and x.
        var throughPlane = options.ThroughPlaneRotationDegrees ?? options.RotationDegrees;
        var moved = false;
        for (var plane = 0; plane < (_rank == 2 ? 1 : 3); plane++)
        {
            var largest = plane == 0 ? options.RotationDegrees : throughPlane;
            if (largest > 0)
            {
                angles[plane] = random.Uniform(-largest, largest) * Math.PI / 180;
                moved = true;
            }
        }

        return moved;
    }

    // Row-major [3, 3].
    private static void FillRotation(ReadOnlySpan<double> angles, Span<double> matrix)
    {
        matrix.Clear();
        matrix[0] = matrix[4] = matrix[8] = 1;
        ReadOnlySpan<(int From, int To)> planes = [(0, 1), (0, 2), (1, 2)];
        for (var plane = 0; plane < planes.Length; plane++)
        {
            RotateColumns(matrix, planes[plane].From, planes[plane].To, Math.Cos(angles[plane]), Math.Sin(angles[plane]));
        }
    }

    // Multiplies from the right with a rotation in the plane of two axes.
    private static void RotateColumns(Span<double> matrix, int from, int to, double cosine, double sine)
    {
        for (var row = 0; row < 9; row += 3)
        {
            var (a, b) = (matrix[row + from], matrix[row + to]);
            matrix[row + from] = a * cosine + b * sine;
            matrix[row + to] = b * cosine - a * sine;
        }
    }
}
