using System.Globalization;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>Applies a preparation to one image, up to the point from which it is cheap (<see cref="PreparedValues"/>).</summary>
internal static class PreparationRun
{
    /// <summary>Does the geometry and finds the image's intensity map.</summary>
    /// <exception cref="ImageFormatException">The image cannot be prepared.</exception>
    public static PreparedValues Prepare(ImagePreparation preparation, DecodedImage image, string name)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var (spatial, spacing) = Axes(preparation, image, name);
        var axes = Plan(preparation, spatial, spacing, name);
        if (image.Bytes is { } bytes && TryPrepareBytes(preparation, image, bytes, axes, name) is { } quick)
        {
            return quick;
        }

        var range = FiniteRange(image.Values, name);
        var (values, channels) = Channels(preparation, image, name);
        var isConverted = channels != image.Channels;
        if (isConverted)
        {
            range = FiniteRange(values, name);
        }

        var intensity = Intensity(preparation.Intensity, image, (lower, upper) => PercentileFinder.Find(values, lower, upper), name);
        var darkest = image.LowestIsWhite ? range.Highest : range.Lowest;
        var pad = (float?)preparation.PadValue ?? (image.HasByteValues ? RoundToByte(darkest) : darkest);
        var resampled = AxisResampler.Run(values, channels, axes);
        if (image.HasByteValues && (isConverted || axes.Any(axis => !axis.IsUnscaled)))
        {
            Round(resampled);
        }

        var padded = ImageGeometry.Pad(resampled, channels, axes, pad);

        // The result is changed in place later on, the reader's image never.
        return new PreparedValues(ReferenceEquals(padded, image.Values) ? [.. padded] : padded, Bytes: null, intensity);
    }

    // The same for 8-bit images as decoders deliver them, where the result is bytes as well; null where it is not.
    private static PreparedValues? TryPrepareBytes(ImagePreparation preparation, DecodedImage image, InterleavedBytes bytes, AxisPlan[] axes, string name)
    {
        var isPadded = axes.Any(axis => axis.Kept != axis.Target);
        var pad = isPadded ? preparation.PadValue ?? (image.LowestIsWhite ? double.NaN : bytes.Lowest()) : 0;
        var isFitting = axes.Length == 2 && (bytes.Channels == preparation.Channels || bytes.Channels == 1);
        if (!isFitting || !ByteResampler.CanRun(bytes, axes[0], axes[1]) || (byte)Math.Clamp(pad, byte.MinValue, byte.MaxValue) != pad)
        {
            return null;
        }

        var intensity = Intensity(preparation.Intensity, image, (lower, upper) => PercentileFinder.FindByCounts(bytes.Histogram(), lower, upper), name);
        var result = GC.AllocateUninitializedArray<byte>(checked(bytes.Channels * axes[0].Target * axes[1].Target));
        if (isPadded)
        {
            result.AsSpan().Fill((byte)pad);
        }

        ByteResampler.Run(bytes, axes[0], axes[1], result);
        return new PreparedValues(Singles: null, result, intensity);
    }

    private static (IReadOnlyList<int> Spatial, IReadOnlyList<double>? Spacing) Axes(ImagePreparation preparation, DecodedImage image, string name)
    {
        var wanted = preparation.Size.Count;
        var (spatial, spacing) = (image.SpatialShape, image.SpacingMillimetres);
        if (spatial.Count == 3 && wanted == 2 && spatial[0] == 1)
        {
            // A volume of one slice is an image.
            return ([.. spatial.Skip(1)], spacing is null ? null : [.. spacing.Skip(1)]);
        }

        return spatial.Count == wanted
            ? (spatial, spacing)
            : throw new ImageFormatException(name, $"it has {spatial.Count} axes ({string.Join(" x ", spatial)}); the preparation is for {(wanted == 2 ? "images of 2" : "volumes of 3")}");
    }

    private static AxisPlan[] Plan(ImagePreparation preparation, IReadOnlyList<int> spatial, IReadOnlyList<double>? spacing, string name)
    {
        if (preparation.SpacingMillimetres is not { } wanted)
        {
            return ImageGeometry.Fit(preparation.Fit, spatial, preparation.Size);
        }

        return spacing is not null && spacing.Count == spatial.Count
            ? ImageGeometry.Resample(spatial, spacing, wanted, preparation.Size, name)
            : throw new ImageFormatException(name, "it does not say its spacing in millimetres, which the preparation needs to resample it; leave SpacingMillimetres out to resize instead");
    }

    private static (float[] Values, int Channels) Channels(ImagePreparation preparation, DecodedImage image, string name)
    {
        return (image.Channels, preparation.Channels) switch
        {
            var (has, wants) when has == wants || has == 1 => (image.Values, has),
            (3, 1) => (ImageGeometry.ToGrey(image.Values), 1),
            _ => throw new ImageFormatException(name, $"it has {image.Channels} channels, which cannot become {preparation.Channels}"),
        };
    }

    private static IntensityMap Intensity(ImageIntensity intensity, DecodedImage image, Func<double, double, (double Lower, double Upper)> percentiles, string name)
    {
        switch (intensity.Kind)
        {
            case IntensityKind.Unchanged:
                return IntensityMap.Identity;
            case IntensityKind.FileWindow when image.Windows.Count > 0:
                var window = image.Windows[0];
                return IntensityMap.TryCreate(window.Center - window.Width / 2, window.Center + window.Width / 2, intensity.Maximum, image.LowestIsWhite)
                    ?? throw new ImageFormatException(name, string.Create(CultureInfo.InvariantCulture, $"the window that it proposes (centre {window.Center}, width {window.Width}) is beyond single precision"));
            case IntensityKind.FileWindow:
                return Intensity(intensity.Fallback!, image, percentiles, name);
            case IntensityKind.Percentiles:
                var (lower, upper) = percentiles(intensity.Lower, intensity.Upper);

                // An image of one value has no range; one that begins there makes it black.
                return IntensityMap.TryCreate(lower, upper, intensity.Maximum, image.LowestIsWhite)
                    ?? new IntensityMap((float)lower, 0, (float)intensity.Maximum, IsInverted: false);
            default:
                return IntensityMap.TryCreate(intensity.Lower, intensity.Upper, intensity.Maximum, image.LowestIsWhite)!.Value;
        }
    }

    private static ValueRange FiniteRange(ReadOnlySpan<float> values, string name)
    {
        var range = ValueRange.Of(values);
        return range.IsFinite ? range : throw new ImageFormatException(name, "it has a value that is not a finite number (NaN or infinity)");
    }

    private static void Round(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = RoundToByte(values[i]);
        }
    }

    private static float RoundToByte(float value) => Math.Clamp(MathF.Round(value), byte.MinValue, byte.MaxValue);
}
