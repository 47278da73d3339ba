namespace TruncatedTL.MLNet.Backbones;

/// <summary>What the networks for mobile devices have in common.</summary>
internal static class MobileBlocks
{
    /// <summary>Widths are multiples of 8, as in both papers, also after slimming.</summary>
    public const int WidthMultiple = 8;

    /// <summary>Number of spatial axes: the published networks read images.</summary>
    public const int Rank = 2;

    /// <summary>Convolution without bias, batch normalisation and, where one is given, an activation.</summary>
    public static IEnumerable<Layer> ConvolveNormalize(
        string convolution,
        string normalization,
        int input,
        int output,
        ActivationKind? activation,
        int kernel = 1,
        int stride = 1,
        int groups = 1)
    {
        yield return new Convolution(convolution, input, output, Axes.Same(Rank, kernel), Axes.Same(Rank, stride), Axes.Same(Rank, kernel / 2), groups);
        yield return new BatchNormalization(normalization, output);
        if (activation is { } kind)
        {
            yield return new Activation(kind);
        }
    }

    /// <summary>Adds the input to what <paramref name="layers"/> make of it, where both have the same shape.</summary>
    public static Layer ResidualWhereShapesAgree(Sequence layers, int input, int output, int stride) =>
        stride == 1 && input == output ? new Branches(BranchCombination.Sum, [layers, Sequence.Identity]) : layers;
}
