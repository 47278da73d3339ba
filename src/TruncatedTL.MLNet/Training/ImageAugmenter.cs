using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Applies <see cref="AugmentationOptions"/> to batches of pixel values, before normalisation; 2D and 3D alike.</summary>
internal sealed class ImageAugmenter
{
    private readonly AugmentationOptions _options;
    private readonly AffineSampler _sampler;
    private readonly int _rank;

    /// <summary>Creates an augmenter.</summary>
    /// <param name="options">What is done.</param>
    /// <param name="spatial">Lengths H, W or D, H, W in pixels (voxels).</param>
    public ImageAugmenter(AugmentationOptions options, IReadOnlyList<int> spatial)
    {
        _options = options;
        _sampler = new AffineSampler(options, spatial);
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
        var result = _options.Resamples ? Resample(images, random) : Flip(images, random);
        if (_options.ChangesIntensity)
        {
            result = ChangeIntensity(result, random);
        }

        return (ReferenceEquals(result, images) ? images.alias() : result).MoveToOuterDisposeScope();
    }

    private Tensor Resample(Tensor images, RandomStream[] random)
    {
        var stride = _rank * (_rank + 1);
        var maps = new float[random.Length * stride];
        for (var i = 0; i < random.Length; i++)
        {
            var flips = _sampler.DrawFlips(ref random[i]);
            _sampler.DrawMap(ref random[i], flips, maps.AsSpan(i * stride, stride));
        }

        var theta = tensor(maps, [random.Length, _rank, _rank + 1], device: images.device);
        var grid = nn.functional.affine_grid(theta, images.shape, align_corners: false);
        var padding = _options.Padding == AugmentationPadding.Zeros ? GridSamplePaddingMode.Zeros : GridSamplePaddingMode.Border;
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, padding, align_corners: false);
    }

    // Without crop and rotation pixels only move: no interpolation, the values stay exactly as they are.
    private Tensor Flip(Tensor images, RandomStream[] random)
    {
        var flips = new bool[random.Length][];
        for (var i = 0; i < random.Length; i++)
        {
            flips[i] = _sampler.DrawFlips(ref random[i]);
        }

        var result = images;
        for (var axis = 0; axis < _rank; axis++)
        {
            var flipped = Array.ConvertAll(flips, ofImage => ofImage[axis]);
            if (flipped.Contains(true))
            {
                var mask = PerImage(tensor(flipped, device: images.device));
                result = where(mask, result.flip(_rank + 1 - axis), result);
            }
        }

        return result;
    }

    private Tensor ChangeIntensity(Tensor images, RandomStream[] random)
    {
        var factors = new float[random.Length];
        var shares = new float[random.Length];
        for (var i = 0; i < random.Length; i++)
        {
            var contrast = 1 + random[i].Uniform(-_options.Contrast, _options.Contrast);
            var brightness = random[i].Uniform(-_options.Brightness, _options.Brightness);
            factors[i] = (float)contrast;
            shares[i] = (float)(1 - contrast + brightness);
        }

        // contrast x (value - mean) + mean + brightness x mean
        var mean = images.mean([.. Enumerable.Range(1, _rank + 1).Select(axis => (long)axis)], keepdim: true);
        var offset = mean * PerImage(tensor(shares, device: images.device));
        return addcmul(offset, images, PerImage(tensor(factors, device: images.device)), 1);
    }

    // [N] to [N, 1, 1...]
    private Tensor PerImage(Tensor values) => values.reshape([values.shape[0], 1, .. Enumerable.Repeat(1L, _rank)]);
}
