namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The last steps of a formula image or volume, which say nothing about its class: contrast, illumination, palette, noise.</summary>
internal static class FormulaFinish
{
    private const float NegativeProbability = 0.3f;

    /// <summary>Turns grey values from 0 to 1 into bytes.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="canvas">Grey values, [size, size] or [size, size, size].</param>
    /// <param name="size">Length of every edge in pixels or voxels.</param>
    /// <param name="noiseLevel">Largest standard deviation of the noise, relative to the full range.</param>
    /// <param name="destination">One or three planes, [C, size, size]; or one volume.</param>
    public static void Apply(ref FormulaRandom random, ReadOnlySpan<float> canvas, int size, float noiseLevel, Span<byte> destination)
    {
        var channels = destination.Length / canvas.Length;
        var isVolume = canvas.Length > size * size;
        var gain = random.NextBetween(0.65f, 1f);
        var offset = random.NextUnit() * (1f - gain);
        if (random.NextFlag(NegativeProbability))
        {
            (gain, offset) = (-gain, 1f - offset);
        }

        // Light falls off across the image in a random direction, as from a lamp or a coil to one side.
        var slopeX = random.NextBetween(-0.1f, 0.1f);
        var slopeY = random.NextBetween(-0.1f, 0.1f);
        var slopeZ = isVolume ? random.NextBetween(-0.1f, 0.1f) : 0f;
        var noise = noiseLevel * random.NextUnit();
        Span<float> palette = stackalloc float[6];
        FillPalette(ref random, palette);
        for (var channel = 0; channel < channels; channel++)
        {
            // Grey: the palette from 0 to 1.
            var (dark, bright) = channels == 1 ? (0f, 1f) : (palette[channel], palette[channel + 3]);
            var plane = destination.Slice(channel * canvas.Length, canvas.Length);
            for (var start = 0; start < canvas.Length; start += size)
            {
                var (slice, row) = Math.DivRem(start / size, size);
                var light = offset + (slopeY * (((2f * row) / size) - 1f)) - slopeX + (slopeZ * (((2f * slice) / size) - 1f));
                var step = 2f * slopeX / size;
                var source = canvas.Slice(start, size);
                var line = plane.Slice(start, size);
                for (var column = 0; column < line.Length; column++)
                {
                    var value = light + (gain * source[column]);
                    value = dark + ((bright - dark) * value) + (noise * random.NextNormal());
                    line[column] = (byte)Math.Clamp((value * 255f) + 0.5f, 0f, 255f);
                    light += step;
                }
            }
        }
    }

    // Two colours, [dark R, G, B, bright R, G, B], that differ in brightness in every channel.
    private static void FillPalette(ref FormulaRandom random, Span<float> palette)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            palette[channel] = random.NextBetween(0f, 0.4f);
            palette[channel + 3] = random.NextBetween(0.6f, 1f);
        }
    }
}
