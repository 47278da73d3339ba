using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// An image between the halves of its preparation: what takes long is done, and the values are still those that pack well (whole numbers where
/// the file has them, one channel where it is grey).
/// </summary>
/// <param name="Singles">Modality values in the final size, [1 or C, (D,) H, W]; null where they are bytes.</param>
/// <param name="Bytes">The same as bytes; null where they are single precision.</param>
/// <param name="Intensity">What remains to be done with each value.</param>
internal readonly record struct PreparedValues(float[]? Singles, byte[]? Bytes, IntensityMap Intensity)
{
    /// <summary>Does all that remains.</summary>
    /// <param name="destination">All channels.</param>
    public void FinishTo(Span<float> destination)
    {
        if (Bytes is { } bytes)
        {
            ByteVectors.Convert(bytes, destination);
            Finish(destination[..bytes.Length], Intensity, destination);
        }
        else
        {
            Finish(Singles, Intensity, destination);
        }
    }

    /// <summary>Does what remains: intensity, and grey repeated in every channel.</summary>
    /// <param name="stored">The modality values; they may lie at the beginning of <paramref name="destination"/>.</param>
    /// <param name="intensity">Their map.</param>
    /// <param name="destination">All channels.</param>
    public static void Finish(ReadOnlySpan<float> stored, IntensityMap intensity, Span<float> destination)
    {
        var first = destination[..stored.Length];
        stored.CopyTo(first);
        intensity.Apply(first);
        for (var filled = first.Length; filled < destination.Length; filled += first.Length)
        {
            first.CopyTo(destination.Slice(filled, first.Length));
        }
    }
}
