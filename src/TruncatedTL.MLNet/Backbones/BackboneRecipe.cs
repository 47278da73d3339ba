namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// What may vary when a backbone's units are built: the image's channels, the stem's step through thick slices and, for
/// TransFusion, how far up the original widths are kept.
/// </summary>
/// <param name="InputChannels">Channels of the image.</param>
/// <param name="StemDepthStride">Stride of the stem's convolution along D in place of the network's own; null changes nothing.</param>
/// <param name="KeptUnits">Number of bottom units with their original width.</param>
/// <param name="Slim">Divisor of the widths above them; 1 changes nothing.</param>
internal sealed record BackboneRecipe(int InputChannels, int? StemDepthStride = null, int KeptUnits = int.MaxValue, double Slim = 1)
{
    /// <summary>The width of a layer in unit number <paramref name="unitIndex"/> (from 0), rounded to a multiple and never below one multiple.</summary>
    public int Width(int unitIndex, int channels, int multipleOf = 1)
    {
        if (unitIndex < KeptUnits)
        {
            return channels;
        }

        var multiples = (int)Math.Round(channels / Slim / multipleOf, MidpointRounding.AwayFromZero);
        return Math.Max(1, multiples) * multipleOf;
    }

    /// <summary>The stride of the stem's convolution: the network's own, along D replaced where the user asks for it.</summary>
    public IReadOnlyList<int> StemStride(IReadOnlyList<int> own) =>
        StemDepthStride is { } depth ? [depth, .. own.Skip(1)] : own;
}
