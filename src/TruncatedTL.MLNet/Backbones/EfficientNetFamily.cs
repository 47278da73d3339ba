namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946) with torchvision's names and constants (batch normalisation with epsilon
/// 1e-5 and momentum 0.1, as torchvision's B0 to B4).
/// </summary>
/// <remarks>
/// <para>
/// A unit is an inverted residual block with squeeze and excitation (Hu et al. 2018, arXiv 1709.01507). torchvision numbers
/// stages, <c>features.N</c>, and blocks within them, <c>features.N.M</c>; the last block of a stage carries the stage's
/// name. <c>features.0</c> is the stem, <c>features.8</c> the last 1x1 convolution. Stochastic depth and the dropout before the
/// classifier only regularise torchvision's training: they are left out.
/// </para>
/// <para>
/// TransFusion divides the widths of a block, of its expansion (both rounded to multiples of 8) and of its squeeze. A
/// block whose input and output then differ in width has no shortcut (the design has no projections).
/// </para>
/// </remarks>
internal static class EfficientNetFamily
{
    private const int StemChannels = 32;
    private const int LastChannels = 1280;

    // A block squeezes to a quarter of its input's width.
    private const int SqueezeDivisor = 4;

    // Expansion, kernel, first stride, width and number of blocks of each stage: table 1 of the paper.
    private static readonly (int Expansion, int Kernel, int Stride, int Channels, int Blocks)[] Stages =
    [
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 2),
        (6, 5, 2, 40, 2),
        (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ];

    /// <summary>The registered members.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        new(BackboneNames.EfficientNetB0, MobileBlocks.Rank, HeadName: "classifier.1", InputChannels: 3, Build),
    ];

    private static List<BackboneUnit> Build(BackboneRecipe recipe)
    {
        var stem = MobileBlocks.ConvolveNormalize(
            "features.0.0", "features.0.1", recipe.InputChannels, StemChannels, ActivationKind.Silu, kernel: 3, stride: 2);
        var units = new List<BackboneUnit>
        {
            new("features.0", "features.0", Sequence.Of([.. stem]), StemChannels) { InputConvolution = "features.0.0" },
        };
        var channels = StemChannels;
        var designChannels = StemChannels;
        for (var stage = 1; stage <= Stages.Length; stage++)
        {
            var (expansion, kernel, firstStride, stageChannels, blocks) = Stages[stage - 1];
            var stageName = $"features.{stage}";
            for (var block = 0; block < blocks; block++)
            {
                var path = $"{stageName}.{block}";
                int? expanded = expansion == 1 ? null : recipe.Width(units.Count, expansion * designChannels, MobileBlocks.WidthMultiple);
                var squeezed = recipe.Width(units.Count, designChannels / SqueezeDivisor);
                var output = recipe.Width(units.Count, stageChannels, MobileBlocks.WidthMultiple);
                var body = Block($"{path}.block", channels, expanded, squeezed, output, kernel, block == 0 ? firstStride : 1);
                units.Add(new BackboneUnit(block == blocks - 1 ? stageName : path, stageName, body, output));
                channels = output;
                designChannels = stageChannels;
            }
        }

        var top = $"features.{Stages.Length + 1}";
        var topChannels = recipe.Width(units.Count, LastChannels, MobileBlocks.WidthMultiple);
        var topLayers = MobileBlocks.ConvolveNormalize($"{top}.0", $"{top}.1", channels, topChannels, ActivationKind.Silu);
        units.Add(new BackboneUnit(top, top, Sequence.Of([.. topLayers]), topChannels));
        return units;
    }

    private static Layer Block(string path, int input, int? expanded, int squeezed, int output, int kernel, int stride)
    {
        var layers = new List<Layer>();
        var index = 0;
        var width = input;
        if (expanded is { } wider)
        {
            layers.AddRange(MobileBlocks.ConvolveNormalize($"{path}.0.0", $"{path}.0.1", input, wider, ActivationKind.Silu));
            index = 1;
            width = wider;
        }

        layers.AddRange(MobileBlocks.ConvolveNormalize(
            $"{path}.{index}.0", $"{path}.{index}.1", width, width, ActivationKind.Silu, kernel, stride, groups: width));
        layers.Add(SqueezeAndExcite($"{path}.{index + 1}", width, squeezed));
        layers.AddRange(MobileBlocks.ConvolveNormalize($"{path}.{index + 2}.0", $"{path}.{index + 2}.1", width, output, activation: null));
        return MobileBlocks.ResidualWhereShapesAgree(new Sequence(layers), input, output, stride);
    }

    private static Branches SqueezeAndExcite(string name, int channels, int squeezed)
    {
        var gate = Sequence.Of(
            new GlobalAveragePooling(),
            PointwiseWithBias($"{name}.fc1", channels, squeezed),
            new Activation(ActivationKind.Silu),
            PointwiseWithBias($"{name}.fc2", squeezed, channels),
            new Activation(ActivationKind.Sigmoid));
        return new Branches(BranchCombination.Multiply, [Sequence.Identity, gate]);
    }

    private static Convolution PointwiseWithBias(string name, int input, int output) =>
        new(name, input, output, Axes.Same(MobileBlocks.Rank, 1), Axes.Same(MobileBlocks.Rank, 1), Axes.Same(MobileBlocks.Rank, 0), Bias: true);
}
