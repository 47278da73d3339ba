using System.Globalization;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>The geometry half of a preparation: which plan each axis of a given image gets, and the padding in the end.</summary>
internal static class ImageGeometry
{
    /// <summary>The weights of red, green and blue in grey (ITU-R BT.601), those of Pillow's mode L and torchvision's Grayscale.</summary>
    public static ReadOnlySpan<float> GreyWeights => [0.299f, 0.587f, 0.114f];

    /// <summary>Plans by resizing to a fixed number of positions.</summary>
    /// <param name="fit">How.</param>
    /// <param name="source">Lengths of the image.</param>
    /// <param name="target">Lengths in the end.</param>
    public static AxisPlan[] Fit(ImageFit fit, IReadOnlyList<int> source, IReadOnlyList<int> target)
    {
        var ratios = source.Select((length, axis) => (double)target[axis] / length).ToArray();
        return [.. source.Select((length, axis) => new AxisPlan(length, Resized(length, target[axis]), Step: null, target[axis]))];

        long Resized(int length, int wanted) => fit switch
        {
            ImageFit.Pad => Math.Clamp((long)Math.Round(length * ratios.Min(), MidpointRounding.AwayFromZero), 1, wanted),
            ImageFit.CentreCrop => Math.Max((long)Math.Round(length * ratios.Max(), MidpointRounding.AwayFromZero), wanted),
            _ => wanted,
        };
    }

    /// <summary>Plans by resampling to a spacing, then cutting or padding.</summary>
    /// <param name="source">Lengths of the image.</param>
    /// <param name="sourceSpacing">Its spacing in millimetres.</param>
    /// <param name="targetSpacing">The wanted spacing in millimetres.</param>
    /// <param name="target">Lengths in the end.</param>
    /// <param name="name">The image, for messages.</param>
    /// <exception cref="ImageFormatException">The image's spacing is not positive and finite, or beyond all measure.</exception>
    public static AxisPlan[] Resample(IReadOnlyList<int> source, IReadOnlyList<double> sourceSpacing, IReadOnlyList<double> targetSpacing, IReadOnlyList<int> target, string name)
    {
        return [.. source.Select((length, axis) =>
        {
            var step = targetSpacing[axis] / sourceSpacing[axis];
            var resized = Math.Round(length / step, MidpointRounding.AwayFromZero);
            return sourceSpacing[axis] > 0 && float.IsNormal((float)step) && resized < int.MaxValue
                ? new AxisPlan(length, Math.Max(1, (long)resized), step, target[axis])
                : throw new ImageFormatException(name, $"a spacing of {sourceSpacing[axis].ToString(CultureInfo.InvariantCulture)} mm cannot be resampled to {targetSpacing[axis].ToString(CultureInfo.InvariantCulture)} mm");
        })];
    }

    /// <summary>Surrounds the kept results with a value, [C, kept] to [C, target].</summary>
    /// <returns>The values themselves where nothing is padded.</returns>
    public static float[] Pad(float[] values, int channels, IReadOnlyList<AxisPlan> axes, float value)
    {
        if (axes.All(axis => axis.Kept == axis.Target))
        {
            return values;
        }

        var result = new float[axes.Aggregate(channels, (product, axis) => checked(product * axis.Target))];
        result.AsSpan().Fill(value);
        var row = axes[^1].Kept;
        for (var r = 0; r < values.Length / row; r++)
        {
            // Position of the row among all axes but the last, the channel being what remains.
            var (rest, offset, stride) = (r, axes[^1].PadBefore, axes[^1].Target);
            for (var a = axes.Count - 2; a >= 0; a--)
            {
                offset += ((rest % axes[a].Kept) + axes[a].PadBefore) * stride;
                rest /= axes[a].Kept;
                stride *= axes[a].Target;
            }

            values.AsSpan(r * row, row).CopyTo(result.AsSpan(offset + (rest * stride), row));
        }

        return result;
    }

    /// <summary>Red, green, blue to grey, [3, ...] to [1, ...].</summary>
    public static float[] ToGrey(ReadOnlySpan<float> values)
    {
        var grey = new float[values.Length / 3];
        var red = values[..grey.Length];
        var green = values.Slice(grey.Length, grey.Length);
        var blue = values[(2 * grey.Length)..];
        for (var i = 0; i < grey.Length; i++)
        {
            grey[i] = (red[i] * GreyWeights[0]) + (green[i] * GreyWeights[1]) + (blue[i] * GreyWeights[2]);
        }

        return grey;
    }
}
