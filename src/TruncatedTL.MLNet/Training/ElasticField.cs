using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Smooth random displacements: along each axis of displacement a sum of products of cosines (the basis of the discrete cosine
/// transform) without the constant one. They average to zero over the image, have as many half waves as asked for, and their root
/// mean square is exactly the one drawn; images and volumes alike.
/// </summary>
internal sealed class ElasticField
{
    private const int MostOnStack = 1024;

    private readonly AugmentationOptions _options;
    private readonly int[] _spatial;
    private readonly int[] _waves;
    private readonly double _shortestSide;

    /// <summary>Creates a generator of fields.</summary>
    /// <param name="options">Magnitude, waves and probability.</param>
    /// <param name="spatial">Lengths H, W or D, H, W in pixels (voxels).</param>
    public ElasticField(AugmentationOptions options, IReadOnlyList<int> spatial)
    {
        _options = options;
        _spatial = [.. spatial];

        // A wave that a pixel grid cannot carry would not average to zero.
        _waves = [.. spatial.Select(length => 1 + Math.Min(options.ElasticWaves, length - 1))];
        _shortestSide = spatial.Where(length => length > 1).DefaultIfEmpty(0).Min();
        CoefficientCount = _waves.Aggregate(spatial.Count, (product, count) => product * count);
    }

    /// <summary>Number of coefficients of one image.</summary>
    public int CoefficientCount { get; }

    /// <summary>Draws the coefficients of one image.</summary>
    /// <param name="random">The image's random numbers.</param>
    /// <param name="coefficients">
    /// Receives [rank, waves...] in normalised coordinates (an axis is 2 long): displacements in the order x, y, z, waves in the
    /// order (D,) H, W.
    /// </param>
    /// <returns>False if the image is not deformed; the coefficients are then zero.</returns>
    public bool Draw(ref RandomStream random, Span<float> coefficients)
    {
        coefficients.Clear();
        if (_options.ElasticMagnitude == 0 || _shortestSide == 0 || !random.Happens(_options.GeometryProbability))
        {
            return false;
        }

        var pixels = random.Uniform(0, _options.ElasticMagnitude) * _shortestSide;
        var rank = _spatial.Length;
        Span<double> drawn = coefficients.Length <= MostOnStack ? stackalloc double[coefficients.Length] : new double[coefficients.Length];
        drawn.Clear();
        var perAxis = drawn.Length / rank;
        var squares = 0.0;
        for (var i = 0; i < drawn.Length; i++)
        {
            var (frequency, power) = Wave(i % perAxis);
            if (frequency > 0 && _spatial[rank - 1 - (i / perAxis)] > 1)
            {
                // Long waves prevail, so that a deformation is not one size of ripple.
                drawn[i] = random.Normal() / Math.Sqrt(frequency);
                squares += drawn[i] * drawn[i] * power;
            }
        }

        for (var i = 0; i < drawn.Length; i++)
        {
            var length = _spatial[rank - 1 - (i / perAxis)];
            coefficients[i] = (float)(drawn[i] * pixels / Math.Sqrt(squares) * 2 / length);
        }

        return true;
    }

    /// <summary>The displacements, [N, (D,) H, W, rank], in the last dimension x, y, z, in normalised coordinates.</summary>
    /// <param name="coefficients">Of N images, one after the other.</param>
    /// <param name="count">N.</param>
    /// <param name="device">Where to.</param>
    public Tensor Displacements(float[] coefficients, int count, Device device)
    {
        using var scope = NewDisposeScope();
        var rank = _spatial.Length;
        var field = tensor(coefficients, [count, rank, .. _waves.Select(waves => (long)waves)], device: device);

        // Element by element instead of as a matrix product: the rounding then does not depend on how many images there are.
        for (var axis = rank - 1; axis >= 0; axis--)
        {
            var dimension = axis + 2;
            var shape = Enumerable.Repeat(1L, rank + 2).ToArray();
            shape[dimension] = _spatial[axis];
            var sum = field.narrow(dimension, 0, 1) * ones(shape, device: device);
            for (var wave = 1; wave < _waves[axis]; wave++)
            {
                sum.addcmul_(field.narrow(dimension, wave, 1), tensor(Basis(wave, _spatial[axis]), shape, device: device), Scalars.One);
            }

            field = sum;
        }

        return field.permute([0, .. Enumerable.Range(2, rank).Select(dimension => (long)dimension), 1]).MoveToOuterDisposeScope();
    }

    private static float[] Basis(int wave, int length) =>
        [.. Enumerable.Range(0, length).Select(i => (float)Math.Cos(Math.PI * wave * (i + 0.5) / length))];

    // Squared frequency of a wave and the mean square of its product of cosines over the pixels.
    private (int Frequency, double Power) Wave(int index)
    {
        var (frequency, power) = (0, 1.0);
        for (var axis = _waves.Length - 1; axis >= 0; axis--)
        {
            var wave = index % _waves[axis];
            index /= _waves[axis];
            frequency += wave * wave;
            power *= wave == 0 ? 1 : 0.5;
        }

        return (frequency, power);
    }
}
