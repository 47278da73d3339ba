using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>A Gaussian blur of a strength of its own for each image, along one axis after the other; beyond the border the nearest pixel repeats.</summary>
/// <param name="largestSigma">Largest standard deviation in pixels.</param>
/// <param name="rank">Spatial axes.</param>
internal sealed class GaussianBlur(double largestSigma, int rank)
{
    // Less than this leaves a neighbour a weight below the rounding of a float.
    private const double SmallestSigma = 0.15;

    // Beyond three standard deviations lies a quarter of a percent.
    private readonly int _radius = (int)Math.Ceiling(3 * largestSigma);

    /// <summary>Blurs.</summary>
    /// <param name="images">Pixel values, float32 [N, C, ...].</param>
    /// <param name="sigmas">Standard deviation of each image in pixels, at most the largest; 0 leaves it as it is.</param>
    public Tensor Apply(Tensor images, double[] sigmas)
    {
        if (sigmas.All(sigma => sigma < SmallestSigma))
        {
            return images;
        }

        using var scope = NewDisposeScope();
        var weights = Weights(sigmas, images.device);
        var result = images;
        for (var axis = 0; axis < rank; axis++)
        {
            if (images.shape[axis + 2] > 1)
            {
                result = BlurAxis(result, axis + 2, weights);
            }
        }

        return result.MoveToOuterDisposeScope();
    }

    private Tensor BlurAxis(Tensor images, int axis, Tensor[] weights)
    {
        using var scope = NewDisposeScope();
        var length = images.shape[axis];
        var expanded = images.shape;
        expanded[axis] = _radius;
        var padded = cat([images.narrow(axis, 0, 1).expand(expanded), images, images.narrow(axis, length - 1, 1).expand(expanded)], axis);

        // Element by element instead of as a convolution: the rounding then does not depend on how many images there are.
        var sum = images * weights[0];
        for (var step = 1; step <= _radius; step++)
        {
            sum.addcmul_(padded.narrow(axis, _radius - step, length), weights[step], Scalars.One);
            sum.addcmul_(padded.narrow(axis, _radius + step, length), weights[step], Scalars.One);
        }

        return sum.MoveToOuterDisposeScope();
    }

    // For each distance from the middle the weights of all images, [N, 1, 1...].
    private Tensor[] Weights(double[] sigmas, Device device)
    {
        var weights = new float[_radius + 1][];
        for (var step = 0; step <= _radius; step++)
        {
            weights[step] = new float[sigmas.Length];
        }

        for (var i = 0; i < sigmas.Length; i++)
        {
            double Weight(int step) => step == 0 ? 1 : sigmas[i] < SmallestSigma ? 0 : Math.Exp(-step * step / (2 * sigmas[i] * sigmas[i]));
            var sum = 1 + (2 * Enumerable.Range(1, _radius).Sum(Weight));
            for (var step = 0; step <= _radius; step++)
            {
                weights[step][i] = (float)(Weight(step) / sum);
            }
        }

        return Array.ConvertAll(weights, values => tensor(values, [values.Length, 1, .. Enumerable.Repeat(1L, rank)], device: device));
    }
}
