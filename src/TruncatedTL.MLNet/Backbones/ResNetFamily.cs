namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// Residual networks (He et al. 2015, arXiv 1512.03385), written once for any number of spatial axes.
/// Bottleneck blocks stride in their 3x3 convolution, as torchvision's do.
/// </summary>
internal static class ResNetFamily
{
    private const int StemChannels = 64;

    /// <summary>The registered members.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        Member(BackboneNames.ResNet18, bottleneck: false, 2, 2, 2, 2),
        Member(BackboneNames.ResNet34, bottleneck: false, 3, 4, 6, 3),
        Member(BackboneNames.ResNet50, bottleneck: true, 3, 4, 6, 3),
        Member(BackboneNames.ResNet101, bottleneck: true, 3, 4, 23, 3),
    ];

    private static BackboneFamily Member(string name, bool bottleneck, params int[] blocksPerStage) =>
        new(name, SpatialRank: 2, HeadName: "fc", InputChannels: 3, recipe => Build(recipe, rank: 2, bottleneck, blocksPerStage));

    private static List<BackboneUnit> Build(BackboneRecipe recipe, int rank, bool bottleneck, int[] blocksPerStage)
    {
        var stemChannels = recipe.Width(0, StemChannels);
        var units = new List<BackboneUnit> { Stem(recipe, rank, stemChannels) };
        var channels = stemChannels;
        for (var stage = 0; stage < blocksPerStage.Length; stage++)
        {
            var planes = StemChannels << stage;
            for (var block = 0; block < blocksPerStage[stage]; block++)
            {
                var width = recipe.Width(units.Count, planes);
                var output = recipe.Width(units.Count, bottleneck ? 4 * planes : planes);
                var stride = stage > 0 && block == 0 ? 2 : 1;
                var name = $"layer{stage + 1}.{block}";
                var body = bottleneck
                    ? Bottleneck(name, rank, channels, width, output, stride)
                    : Basic(name, rank, channels, output, stride);
                units.Add(new BackboneUnit(name, $"layer{stage + 1}", body, output));
                channels = output;
            }
        }

        return units;
    }

    private static BackboneUnit Stem(BackboneRecipe recipe, int rank, int channels)
    {
        var body = Sequence.Of(
            new Convolution("conv1", recipe.InputChannels, channels, Axes.Same(rank, 7), Axes.Same(rank, 2), Axes.Same(rank, 3)),
            new BatchNormalization("bn1", channels),
            new Activation(ActivationKind.Relu),
            new Pooling(PoolingKind.Max, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 1)));
        return new BackboneUnit("stem", "stem", body, channels) { InputConvolution = "conv1" };
    }

    private static Sequence Basic(string name, int rank, int input, int output, int stride)
    {
        var main = Sequence.Of(
            Conv($"{name}.conv1", rank, input, output, kernel: 3, stride),
            new BatchNormalization($"{name}.bn1", output),
            new Activation(ActivationKind.Relu),
            Conv($"{name}.conv2", rank, output, output, kernel: 3, stride: 1),
            new BatchNormalization($"{name}.bn2", output));
        return Residual(name, rank, main, input, output, stride);
    }

    private static Sequence Bottleneck(string name, int rank, int input, int width, int output, int stride)
    {
        var main = Sequence.Of(
            Conv($"{name}.conv1", rank, input, width, kernel: 1, stride: 1),
            new BatchNormalization($"{name}.bn1", width),
            new Activation(ActivationKind.Relu),
            Conv($"{name}.conv2", rank, width, width, kernel: 3, stride),
            new BatchNormalization($"{name}.bn2", width),
            new Activation(ActivationKind.Relu),
            Conv($"{name}.conv3", rank, width, output, kernel: 1, stride: 1),
            new BatchNormalization($"{name}.bn3", output));
        return Residual(name, rank, main, input, output, stride);
    }

    private static Sequence Residual(string name, int rank, Layer main, int input, int output, int stride)
    {
        Layer shortcut = stride == 1 && input == output
            ? Sequence.Identity
            : Sequence.Of(
                Conv($"{name}.downsample.0", rank, input, output, kernel: 1, stride),
                new BatchNormalization($"{name}.downsample.1", output));
        return Sequence.Of(new Branches(BranchCombination.Sum, [main, shortcut]), new Activation(ActivationKind.Relu));
    }

    private static Convolution Conv(string name, int rank, int input, int output, int kernel, int stride) =>
        new(name, input, output, Axes.Same(rank, kernel), Axes.Same(rank, stride), Axes.Same(rank, kernel / 2));
}
