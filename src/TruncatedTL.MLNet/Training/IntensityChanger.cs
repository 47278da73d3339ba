using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// The changes of <see cref="AugmentationOptions"/> that leave every pixel in its place. Each is exactly the identity for an image
/// that it does not happen to, and computes each image by itself, so that the other images of a batch do not matter.
/// </summary>
/// <param name="options">What is done.</param>
/// <param name="rank">Spatial axes.</param>
internal sealed class IntensityChanger(AugmentationOptions options, int rank)
{
    private const float SmallestRange = 1e-30f;

    private readonly GaussianBlur _blur = new(options.BlurSigma, rank);

    /// <summary>Changes each image with its own random numbers.</summary>
    /// <param name="images">Pixel values, float32 [N, C, ...].</param>
    /// <param name="random">Random numbers of each image.</param>
    /// <returns>The tensor itself if nothing changes; otherwise a new one.</returns>
    public Tensor Apply(Tensor images, RandomStream[] random)
    {
        if (options.IntensityProbability == 0)
        {
            return images;
        }

        var result = images;
        if (options.Brightness > 0 || options.Contrast > 0)
        {
            result = ChangeContrast(result, random, channels: 1, options.Contrast, options.Brightness);
        }

        if (options.ChannelBrightness > 0 || options.ChannelContrast > 0)
        {
            result = ChangeContrast(result, random, (int)images.shape[1], options.ChannelContrast, options.ChannelBrightness);
        }

        if ((options.Saturation > 0 || options.HueDegrees > 0) && images.shape[1] == 3)
        {
            result = ChangeColour(result, random);
        }

        if (options.GammaMinimum != 1 || options.GammaMaximum != 1)
        {
            result = ChangeGamma(result, random);
        }

        if (options.BlurSigma > 0)
        {
            var sigmas = new double[random.Length];
            for (var i = 0; i < random.Length; i++)
            {
                sigmas[i] = random[i].Happens(options.IntensityProbability) ? random[i].Uniform(0, options.BlurSigma) : 0;
            }

            result = _blur.Apply(result, sigmas);
        }

        return AddNoise(result, random);
    }

    // All channels together, or each by itself; contrast x (value - mean) + mean + brightness x mean.
    private Tensor ChangeContrast(Tensor images, RandomStream[] random, int channels, double contrasts, double brightnesses)
    {
        using var scope = NewDisposeScope();
        var factors = new float[random.Length * channels];
        var shares = new float[random.Length * channels];
        for (var i = 0; i < random.Length; i++)
        {
            var changesContrast = random[i].Happens(options.IntensityProbability);
            var changesBrightness = random[i].Happens(options.IntensityProbability);
            for (var channel = 0; channel < channels; channel++)
            {
                var contrast = changesContrast ? 1 + random[i].Uniform(-contrasts, contrasts) : 1;
                var brightness = changesBrightness ? random[i].Uniform(-brightnesses, brightnesses) : 0;
                factors[(i * channels) + channel] = (float)contrast;
                shares[(i * channels) + channel] = (float)(1 - contrast + brightness);
            }
        }

        var mean = channels == 1 ? Reduce(images, Mean) : ReducePixels(images, Mean);
        var offset = mean * Shaped(shares, random.Length, channels, images.device);
        return addcmul(offset, images, Shaped(factors, random.Length, channels, images.device), Scalars.One).MoveToOuterDisposeScope();
    }

    // A turn about the grey axis, and differences from grey stretched: one matrix for each image.
    private Tensor ChangeColour(Tensor images, RandomStream[] random)
    {
        using var scope = NewDisposeScope();
        var matrices = new float[random.Length * 9];
        for (var i = 0; i < random.Length; i++)
        {
            var saturation = random[i].Happens(options.IntensityProbability) ? 1 + random[i].Uniform(-options.Saturation, options.Saturation) : 1;
            var hue = random[i].Happens(options.IntensityProbability) ? random[i].Uniform(-options.HueDegrees, options.HueDegrees) * Math.PI / 180 : 0;
            FillColourMatrix(saturation, hue, matrices.AsSpan(i * 9, 9));
        }

        var matrix = tensor(matrices, [random.Length, 3, 3], device: images.device);
        var result = zeros_like(images);
        for (var channel = 0; channel < 3; channel++)
        {
            // [N, 3, 1...], [N, 1, ...]
            var column = matrix.narrow(2, channel, 1).reshape([random.Length, 3, .. Enumerable.Repeat(1L, rank)]);
            result.addcmul_(column, images.narrow(1, channel, 1), Scalars.One);
        }

        return result.MoveToOuterDisposeScope();
    }

    // Rodrigues' rotation about (1, 1, 1); of no turn and no stretch it is the unit matrix to the last bit.
    private static void FillColourMatrix(double saturation, double hue, Span<float> matrix)
    {
        var (cosine, sine) = (saturation * Math.Cos(hue), saturation * Math.Sin(hue) / Math.Sqrt(3));
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                var grey = (1 - cosine) / 3;
                var turn = column == row ? cosine : (column - row + 3) % 3 == 1 ? -sine : sine;
                matrix[(row * 3) + column] = (float)(grey + turn);
            }
        }
    }

    private Tensor ChangeGamma(Tensor images, RandomStream[] random)
    {
        var exponents = new float[random.Length];
        var happens = new bool[random.Length];
        for (var i = 0; i < random.Length; i++)
        {
            happens[i] = random[i].Happens(options.IntensityProbability);
            exponents[i] = happens[i] ? (float)random[i].LogUniform(options.GammaMinimum, options.GammaMaximum) : 1;
        }

        if (!happens.Contains(true))
        {
            return images;
        }

        using var scope = NewDisposeScope();
        var least = Reduce(images, Least);
        var range = Reduce(images, (t, axis) => t.amax([axis], keepdim: true)) - least;

        // An even image has no range; it stays as it is.
        var unit = (images - least).div_(range.clamp_min(SmallestRange));
        var result = addcmul(least, unit.pow_(Shaped(exponents, random.Length, 1, images.device)), range, Scalars.One);
        var mask = tensor(happens, device: images.device).reshape([random.Length, 1, .. Enumerable.Repeat(1L, rank)]);
        return where(mask, result, images).MoveToOuterDisposeScope();
    }

    private Tensor AddNoise(Tensor images, RandomStream[] random)
    {
        var result = images;
        if (options.SpeckleNoise > 0)
        {
            result = AddNoise(result, random, options.SpeckleNoise, ofImages => ofImages - Reduce(ofImages, Least));
        }

        if (options.GaussianNoise > 0)
        {
            result = AddNoise(result, random, options.GaussianNoise, StandardDeviation);
        }

        return result;
    }

    private Tensor AddNoise(Tensor images, RandomStream[] random, double largest, Func<Tensor, Tensor> strength)
    {
        using var scope = NewDisposeScope();
        var noise = zeros_like(images);
        for (var i = 0; i < random.Length; i++)
        {
            if (random[i].Happens(options.IntensityProbability))
            {
                // A generator for each image, so that its noise is its own.
                var level = random[i].Uniform(0, largest);
                using var generator = new Generator(random[i].NextSeed(), images.device);
                using var target = noise[i];
                target.normal_(0, level, generator);
            }
        }

        return noise.mul_(strength(images)).add_(images, Scalars.One).MoveToOuterDisposeScope();
    }

    private Tensor StandardDeviation(Tensor images)
    {
        var centred = images - Reduce(images, Mean);
        return Reduce(centred * centred, Mean).sqrt_();
    }

    private static Tensor Mean(Tensor values, int axis) => values.mean([axis], keepdim: true);

    private static Tensor Least(Tensor values, int axis) => values.amin([axis], keepdim: true);

    // Over all but the images, [N, 1, 1...]. Axis by axis: libtorch divides one long sum among its threads, and would do so
    // for an image alone but not for one of several.
    private Tensor Reduce(Tensor images, Func<Tensor, int, Tensor> overAxis) => overAxis(ReducePixels(images, overAxis), 1);

    // Over the pixels, [N, C, 1...].
    private Tensor ReducePixels(Tensor images, Func<Tensor, int, Tensor> overAxis)
    {
        var result = images;
        for (var axis = rank + 1; axis > 1; axis--)
        {
            result = overAxis(result, axis);
        }

        return result;
    }

    // [N, channels, 1...]
    private Tensor Shaped(float[] values, int count, int channels, Device device) =>
        tensor(values, [count, channels, .. Enumerable.Repeat(1L, rank)], device: device);
}
