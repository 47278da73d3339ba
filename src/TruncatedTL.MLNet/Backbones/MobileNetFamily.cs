namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) with torchvision's names.
/// </summary>
/// <remarks>
/// <para>
/// A unit is an inverted residual block; <c>features.0</c> is the stem, <c>features.18</c> the last 1x1 convolution. The
/// dropout before torchvision's classifier only regularises training and belongs to the head: it is left out.
/// </para>
/// <para>
/// TransFusion divides the widths of a block and of the expansion inside it, rounded to multiples of 8. A block whose input and
/// output then differ in width has no shortcut (the design has no projections).
/// </para>
/// </remarks>
internal static class MobileNetFamily
{
    private const int StemChannels = 32;
    private const int LastChannels = 1280;

    // Expansion, width, number of blocks and first stride of each stage: table 2 of the paper.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    /// <summary>The registered members.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        new(BackboneNames.MobileNetV2, MobileBlocks.Rank, HeadName: "classifier.1", InputChannels: 3, Build),
    ];

    private static List<BackboneUnit> Build(BackboneRecipe recipe)
    {
        var stem = MobileBlocks.ConvolveNormalize(
            "features.0.0", "features.0.1", recipe.InputChannels, StemChannels, ActivationKind.Relu6, kernel: 3, stride: 2);
        var units = new List<BackboneUnit>
        {
            new("features.0", "stem", Sequence.Of([.. stem]), StemChannels) { InputConvolution = "features.0.0" },
        };
        var channels = StemChannels;
        var designChannels = StemChannels;
        for (var stage = 0; stage < Stages.Length; stage++)
        {
            var (expansion, stageChannels, blocks, firstStride) = Stages[stage];
            for (var block = 0; block < blocks; block++)
            {
                var output = recipe.Width(units.Count, stageChannels, MobileBlocks.WidthMultiple);
                int? expanded = expansion == 1 ? null : recipe.Width(units.Count, expansion * designChannels, MobileBlocks.WidthMultiple);
                var name = $"features.{units.Count}";
                var body = InvertedResidual(name, channels, expanded, output, block == 0 ? firstStride : 1);
                units.Add(new BackboneUnit(name, $"stage{stage + 1}", body, output));
                channels = output;
                designChannels = stageChannels;
            }
        }

        var top = $"features.{units.Count}";
        var topChannels = recipe.Width(units.Count, LastChannels, MobileBlocks.WidthMultiple);
        var topLayers = MobileBlocks.ConvolveNormalize($"{top}.0", $"{top}.1", channels, topChannels, ActivationKind.Relu6);
        units.Add(new BackboneUnit(top, "top", Sequence.Of([.. topLayers]), topChannels));
        return units;
    }

    private static Layer InvertedResidual(string name, int input, int? expanded, int output, int stride)
    {
        var layers = new List<Layer>();
        var index = 0;
        var width = input;
        if (expanded is { } wider)
        {
            layers.AddRange(MobileBlocks.ConvolveNormalize($"{name}.conv.0.0", $"{name}.conv.0.1", input, wider, ActivationKind.Relu6));
            index = 1;
            width = wider;
        }

        layers.AddRange(MobileBlocks.ConvolveNormalize(
            $"{name}.conv.{index}.0", $"{name}.conv.{index}.1", width, width, ActivationKind.Relu6, kernel: 3, stride, groups: width));
        layers.AddRange(MobileBlocks.ConvolveNormalize(
            $"{name}.conv.{index + 1}", $"{name}.conv.{index + 2}", width, output, activation: null));
        return MobileBlocks.ResidualWhereShapesAgree(new Sequence(layers), input, output, stride);
    }
}
