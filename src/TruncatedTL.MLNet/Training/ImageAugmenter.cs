using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Applies <see cref="AugmentationOptions"/> to batches of pixel values, before normalisation; 2D and 3D alike.</summary>
internal sealed class ImageAugmenter
{
    private readonly AugmentationOptions _options;
    private readonly AffineSampler _sampler;
    private readonly ElasticField _elastic;
    private readonly IntensityChanger _intensity;
    private readonly int _rank;

    /// <summary>Creates an augmenter.</summary>
    /// <param name="options">What is done.</param>
    /// <param name="spatial">Lengths H, W or D, H, W in pixels (voxels).</param>
    public ImageAugmenter(AugmentationOptions options, IReadOnlyList<int> spatial)
    {
        _options = options;
        _sampler = new AffineSampler(options, spatial);
        _elastic = new ElasticField(options, spatial);
        _intensity = new IntensityChanger(options, spatial.Count);
        _rank = spatial.Count;
    }

    /// <summary>Changes each image with its own random numbers.</summary>
    /// <param name="images">Pixel values, float32 [N, C, ...]; it stays the caller's.</param>
    /// <param name="streams">Random numbers of each image, at least N.</param>
    /// <returns>A new tensor of the same shape.</returns>
    public Tensor Apply(Tensor images, ReadOnlySpan<RandomStream> streams)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var random = streams[..(int)images.shape[0]].ToArray();
        var result = _options.Resamples ? Resample(images, random) : Flip(images, DrawFlips(random));
        result = _intensity.Apply(result, random);
        return (ReferenceEquals(result, images) ? images.alias() : result).MoveToOuterDisposeScope();
    }

    private Tensor Resample(Tensor images, RandomStream[] random)
    {
        var stride = _rank * (_rank + 1);
        var maps = new float[random.Length * stride];
        var elastic = new float[_options.ElasticMagnitude > 0 ? random.Length * _elastic.CoefficientCount : 0];
        var flips = new bool[random.Length * _rank];
        var moved = new bool[random.Length];
        var deformed = false;
        for (var i = 0; i < random.Length; i++)
        {
            var ofImage = flips.AsSpan(i * _rank, _rank);
            _sampler.DrawFlips(ref random[i], ofImage);
            moved[i] = _sampler.DrawMap(ref random[i], ofImage, maps.AsSpan(i * stride, stride));
            if (elastic.Length > 0)
            {
                var bends = _elastic.Draw(ref random[i], elastic.AsSpan(i * _elastic.CoefficientCount, _elastic.CoefficientCount));
                moved[i] |= bends;
                deformed |= bends;
            }
        }

        // An image that nothing happened to is not interpolated, whatever happened to its neighbours in the batch.
        if (!moved.Contains(true))
        {
            return Flip(images, flips);
        }

        var resampled = Sample(images, maps, deformed ? elastic : null);
        return moved.Contains(false) ? where(PerImage(tensor(moved, device: images.device)), resampled, Flip(images, flips)) : resampled;
    }

    private Tensor Sample(Tensor images, float[] maps, float[]? elastic)
    {
        var count = (int)images.shape[0];
        var theta = tensor(maps, [count, _rank, _rank + 1], device: images.device);
        var grid = nn.functional.affine_grid(theta, images.shape, align_corners: false);
        if (elastic is not null)
        {
            grid.add_(_elastic.Displacements(elastic, count, images.device), Scalars.One);
        }

        var padding = _options.Padding == AugmentationPadding.Zeros ? GridSamplePaddingMode.Zeros : GridSamplePaddingMode.Border;
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, padding, align_corners: false);
    }

    // Row-major [images, axes], axes in the order x, y, z.
    private bool[] DrawFlips(RandomStream[] random)
    {
        var flips = new bool[random.Length * _rank];
        for (var i = 0; i < random.Length; i++)
        {
            _sampler.DrawFlips(ref random[i], flips.AsSpan(i * _rank, _rank));
        }

        return flips;
    }

    // Without crop and rotation pixels only move: no interpolation, the values stay exactly as they are.
    private Tensor Flip(Tensor images, bool[] flips)
    {
        var result = images;
        for (var axis = 0; axis < _rank; axis++)
        {
            var flipped = new bool[flips.Length / _rank];
            for (var i = 0; i < flipped.Length; i++)
            {
                flipped[i] = flips[(i * _rank) + axis];
            }

            if (flipped.Contains(true))
            {
                var mask = PerImage(tensor(flipped, device: images.device));
                result = where(mask, result.flip(_rank + 1 - axis), result);
            }
        }

        return result;
    }

    // [N] to [N, 1, 1...]
    private Tensor PerImage(Tensor values) => values.reshape([values.shape[0], 1, .. Enumerable.Repeat(1L, _rank)]);
}
