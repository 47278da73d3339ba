namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Draws crop, flips and rotation of an image and composes them into one affine map from normalised output to normalised input
/// coordinates, as affine_grid wants it: rows and columns in the order x (W), y (H), z (D), each coordinate from -1 to 1.
/// </summary>
/// <param name="options">What is drawn from.</param>
/// <param name="spatial">Lengths H, W or D, H, W in pixels (voxels).</param>
internal sealed class AffineSampler(AugmentationOptions options, IReadOnlyList<int> spatial)
{
    private const int CropAttempts = 10;

    private readonly int _rank = spatial.Count;

    // In the order x, y, z.
    private readonly double[] _lengths = spatial.Reverse().Select(length => (double)length).ToArray();

    /// <summary>Draws which axes are mirrored, in the order x, y, z.</summary>
    public bool[] DrawFlips(ref RandomStream random)
    {
        double[] probabilities = [options.HorizontalFlip, options.VerticalFlip, options.DepthFlip];
        var flips = new bool[_rank];
        for (var axis = 0; axis < _rank; axis++)
        {
            flips[axis] = random.Chance(probabilities[axis]);
        }

        return flips;
    }

    /// <summary>Draws crop and rotation and composes them with the flips.</summary>
    /// <param name="random">The image's random numbers.</param>
    /// <param name="flips">Which axes are mirrored, in the order x, y, z.</param>
    /// <param name="theta">Receives the map, row-major [rank, rank + 1].</param>
    public void DrawMap(ref RandomStream random, bool[] flips, Span<float> theta)
    {
        var extent = new double[_rank];
        var centre = new double[_rank];
        DrawCrop(ref random, extent, centre);
        var rotation = DrawRotation(ref random);
        for (var row = 0; row < _rank; row++)
        {
            for (var column = 0; column < _rank; column++)
            {
                // Rotation acts on pixels; normalised coordinates of a longer axis are worth more pixels.
                var aspect = _lengths[column] / _lengths[row];
                theta[row * (_rank + 1) + column] = (float)(rotation[row, column] * aspect * extent[column] * (flips[column] ? -1 : 1));
            }

            theta[row * (_rank + 1) + _rank] = (float)centre[row];
        }
    }

    // Extents as shares of the axes, and the centre such that the crop stays inside.
    private void DrawCrop(ref RandomStream random, double[] extent, double[] centre)
    {
        Array.Fill(extent, 1);
        for (var attempt = 0; options.Crops && attempt < CropAttempts; attempt++)
        {
            DrawExtent(ref random, extent);
            if (extent.All(share => share <= 1))
            {
                break;
            }
        }

        for (var axis = 0; axis < _rank; axis++)
        {
            extent[axis] = Math.Min(1, extent[axis]);
            centre[axis] = options.Crops ? random.Uniform(-1, 1) * (1 - extent[axis]) : 0;
        }
    }

    private void DrawExtent(ref RandomStream random, double[] extent)
    {
        var volume = _lengths.Aggregate((product, length) => product * length);
        var side = Math.Pow(volume * random.Uniform(options.CropScaleMinimum, options.CropScaleMaximum), 1.0 / _rank);
        // Logarithm of each side relative to the others; their mean is taken off, so that the volume stays as drawn.
        var elongation = new double[_rank];
        for (var axis = 0; axis < _rank - 1; axis++)
        {
            elongation[axis] = random.Uniform(Math.Log(options.CropRatioMinimum), Math.Log(options.CropRatioMaximum));
        }

        var mean = elongation.Average();
        for (var axis = 0; axis < _rank; axis++)
        {
            extent[axis] = side * Math.Exp(elongation[axis] - mean) / _lengths[axis];
        }
    }

    private double[,] DrawRotation(ref RandomStream random)
    {
        var result = new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        if (options.RotationDegrees == 0)
        {
            return result;
        }

        // In the image plane first (about z); a volume also about y and x.
        (int From, int To)[] planes = _rank == 2 ? [(0, 1)] : [(0, 1), (0, 2), (1, 2)];
        foreach (var (from, to) in planes)
        {
            var angle = random.Uniform(-options.RotationDegrees, options.RotationDegrees) * Math.PI / 180;
            RotateColumns(result, from, to, Math.Cos(angle), Math.Sin(angle));
        }

        return result;
    }

    // Multiplies from the right with a rotation in the plane of two axes.
    private static void RotateColumns(double[,] matrix, int from, int to, double cosine, double sine)
    {
        for (var row = 0; row < 3; row++)
        {
            var (a, b) = (matrix[row, from], matrix[row, to]);
            matrix[row, from] = a * cosine + b * sine;
            matrix[row, to] = b * cosine - a * sine;
        }
    }
}
