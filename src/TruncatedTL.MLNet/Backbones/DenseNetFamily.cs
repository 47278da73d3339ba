namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// Densely connected networks (Huang et al. 2017, arXiv 1608.06993), written once for images (torchvision's names) and
/// volumes (MONAI's names and form).
/// </summary>
/// <remarks>
/// <para>
/// A unit is one dense layer: it computes new channels and appends them to what it read, so the features behind it are all
/// channels made so far. They are not normalised (each reader does that itself), so a cut inside a block closes with its own
/// batch normalisation and ReLU, which are new and trained with the head. The last layer of a block carries the block's name and
/// closes with nothing, as published cuts do. <c>norm5</c> is the last normalisation with the ReLU that follows it.
/// </para>
/// <para>
/// TransFusion divides the growth rate of the dense layers (and the bottleneck, four times the growth rate) and the
/// channels that a transition puts out.
/// </para>
/// </remarks>
internal static class DenseNetFamily
{
    private const int StemChannels = 64;
    private const int GrowthRate = 32;
    private const int BottleneckFactor = 4;

    // The first checkpoints wrote "norm.1" where the modules are now called "norm1".
    private const string DottedImageNames = @"^(.*denselayer\d+\.(?:norm|conv))\.([12]\..+)$";
    private const string DottedVolumeNames = @"^(.*denselayer\d+)\.(?:layers\.)?(norm|conv)\.([12]\..+)$";

    // MONAI wraps the layers of a dense layer in "layers"; torchvision does not.
    private const string UnwrappedVolumeNames = @"^(.*denselayer\d+)\.((?:norm|conv)[12]\..+)$";

    /// <summary>The registered members.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        ForImages(BackboneNames.DenseNet121, 6, 12, 24, 16),
        ForImages(BackboneNames.DenseNet169, 6, 12, 32, 32),
        ForImages(BackboneNames.DenseNet201, 6, 12, 48, 32),
        ForVolumes(BackboneNames.DenseNet121Volume, 6, 12, 24, 16),
    ];

    private static BackboneFamily ForImages(string name, params int[] layersPerBlock) =>
        new(name, SpatialRank: 2, HeadName: "classifier", InputChannels: 3, recipe => Build(recipe, rank: 2, layerPrefix: string.Empty, layersPerBlock))
        {
            FormerNames = [(DottedImageNames, "$1$2")],
        };

    private static BackboneFamily ForVolumes(string name, params int[] layersPerBlock) =>
        new(name, SpatialRank: 3, HeadName: "class_layers.out", InputChannels: 1, recipe => Build(recipe, rank: 3, layerPrefix: "layers.", layersPerBlock))
        {
            FormerNames = [(DottedVolumeNames, "$1.layers.$2$3"), (UnwrappedVolumeNames, "$1.layers.$2")],
            DefaultInputSize = 64,
        };

    private static List<BackboneUnit> Build(BackboneRecipe recipe, int rank, string layerPrefix, int[] layersPerBlock)
    {
        var units = new List<BackboneUnit> { Stem(recipe, rank) };
        var channels = StemChannels;

        // Channels of the unslimmed design, which decide how wide a transition is.
        var designChannels = StemChannels;
        for (var block = 1; block <= layersPerBlock.Length; block++)
        {
            for (var layer = 1; layer <= layersPerBlock[block - 1]; layer++)
            {
                var growth = recipe.Width(units.Count, GrowthRate);
                var isLast = layer == layersPerBlock[block - 1];
                units.Add(DenseLayer($"denseblock{block}", layer, isLast, rank, layerPrefix, channels, growth));
                channels += growth;
                designChannels += GrowthRate;
            }

            if (block < layersPerBlock.Length)
            {
                designChannels /= 2;
                var output = recipe.Width(units.Count, designChannels);
                units.Add(Transition($"transition{block}", rank, channels, output));
                channels = output;
            }
        }

        units.Add(new BackboneUnit("norm5", "norm5", NormalizedRelu("features.norm5", channels), channels));
        return units;
    }

    private static BackboneUnit Stem(BackboneRecipe recipe, int rank)
    {
        var body = Sequence.Of(
            new Convolution("features.conv0", recipe.InputChannels, StemChannels, Axes.Same(rank, 7), recipe.StemStride(Axes.Same(rank, 2)), Axes.Same(rank, 3)),
            new BatchNormalization("features.norm0", StemChannels),
            new Activation(ActivationKind.Relu),
            new Pooling(PoolingKind.Max, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 1)));
        return new BackboneUnit("stem", "stem", body, StemChannels) { InputConvolution = "features.conv0" };
    }

    private static BackboneUnit DenseLayer(string block, int layer, bool isLast, int rank, string layerPrefix, int input, int growth)
    {
        var path = $"{block}.denselayer{layer}";
        var prefix = $"features.{path}.{layerPrefix}";
        var bottleneck = BottleneckFactor * growth;
        var added = Sequence.Of(
            NormalizedRelu($"{prefix}norm1", input),
            new Convolution($"{prefix}conv1", input, bottleneck, Axes.Same(rank, 1), Axes.Same(rank, 1), Axes.Same(rank, 0)),
            NormalizedRelu($"{prefix}norm2", bottleneck),
            new Convolution($"{prefix}conv2", bottleneck, growth, Axes.Same(rank, 3), Axes.Same(rank, 1), Axes.Same(rank, 1)));
        var body = new Branches(BranchCombination.Concatenate, [Sequence.Identity, added]);
        var channels = input + growth;
        return isLast
            ? new BackboneUnit(block, block, body, channels)
            : new BackboneUnit(path, block, body, channels, Closing: NormalizedRelu("closing.norm", channels));
    }

    private static BackboneUnit Transition(string name, int rank, int input, int output)
    {
        var body = Sequence.Of(
            NormalizedRelu($"features.{name}.norm", input),
            new Convolution($"features.{name}.conv", input, output, Axes.Same(rank, 1), Axes.Same(rank, 1), Axes.Same(rank, 0)),
            new Pooling(PoolingKind.Average, Axes.Same(rank, 2), Axes.Same(rank, 2), Axes.Same(rank, 0)));
        return new BackboneUnit(name, name, body, output);
    }

    private static Sequence NormalizedRelu(string name, int channels) =>
        Sequence.Of(new BatchNormalization(name, channels), new Activation(ActivationKind.Relu));
}
