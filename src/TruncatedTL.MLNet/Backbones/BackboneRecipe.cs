namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// What may vary when a backbone's units are built: the image's channels and, for TransFusion, how far up the
/// original widths are kept.
/// </summary>
/// <param name="InputChannels">Channels of the image.</param>
/// <param name="KeptUnits">Number of bottom units with their original width.</param>
/// <param name="Slim">Divisor of the widths above them; 1 changes nothing.</param>
internal sealed record BackboneRecipe(int InputChannels, int KeptUnits = int.MaxValue, double Slim = 1)
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
}
