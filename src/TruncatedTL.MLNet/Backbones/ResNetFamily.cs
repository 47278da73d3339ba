namespace TruncatedTL.MLNet.Backbones;

/// <summary>
/// Residual networks (He et al. 2015, arXiv 1512.03385), written once for images and volumes. Bottleneck blocks stride in
/// their 3x3 convolution, as torchvision's do.
/// </summary>
/// <remarks>
/// <para>
/// The volume networks <c>resnetN_3d</c> have the tensors of MedicalNet's encoders (Chen et al. 2019, "Med3D", arXiv
/// 1904.00625): 7x7x7 stem, max-pooling, shortcuts of type B for ResNet-10 and 50 and of type A for ResNet-18 and 34.
/// MedicalNet was trained for segmentation, where layer3 and layer4 keep the resolution and dilate instead (2 and 4); a
/// classifier needs no such resolution, so here they stride by 2 without dilation, as MONAI does with the same weights.
/// </para>
/// <para>
/// The narrow networks <c>..._w32</c> have 32 channels in the stem where the others have 64, and so half the width everywhere; units, cuts and
/// names are those of their wide namesakes. They are the carriers of the bundled weights.
/// </para>
/// <para><c>r3d_18</c> is torchvision's video network (Tran et al. 2018, arXiv 1711.11248).</para>
/// <para>
/// TransFusion divides the widths of a block (and of the bottleneck inside it). A block whose shortcut would have to lose
/// channels gets a projection even in a network with shortcuts of type A.
/// </para>
/// </remarks>
internal static class ResNetFamily
{
    private const int PublishedStemChannels = 64;

    // Half of the published width: a quarter of the parameters and multiply-accumulates, small enough to travel inside the package.
    private const int NarrowStemChannels = 32;

    // The names that the networks on images give to the same parts: their weights can be inflated.
    private static readonly (string Pattern, string Replacement)[] ImageNames =
    [
        (@"^conv1\.(weight)$", "stem.0.$1"),
        (@"^bn1\.(.+)$", "stem.1.$1"),
        (@"^(layer\d\.\d\.conv\d)\.(weight)$", "$1.0.$2"),
        (@"^(layer\d\.\d)\.bn(\d)\.(.+)$", "$1.conv$2.1.$3"),
    ];

    /// <summary>The registered members.</summary>
    public static IReadOnlyList<BackboneFamily> All { get; } =
    [
        ForImages(BackboneNames.ResNet18, PublishedStemChannels, bottleneck: false, 2, 2, 2, 2),
        ForImages(BackboneNames.ResNet18Narrow, NarrowStemChannels, bottleneck: false, 2, 2, 2, 2),
        ForImages(BackboneNames.ResNet34, PublishedStemChannels, bottleneck: false, 3, 4, 6, 3),
        ForImages(BackboneNames.ResNet50, PublishedStemChannels, bottleneck: true, 3, 4, 6, 3),
        ForImages(BackboneNames.ResNet101, PublishedStemChannels, bottleneck: true, 3, 4, 23, 3),
        ForVolumes(BackboneNames.ResNet10Volume, PublishedStemChannels, bottleneck: false, ResNetShortcut.Projection, 1, 1, 1, 1),
        ForVolumes(BackboneNames.ResNet10VolumeNarrow, NarrowStemChannels, bottleneck: false, ResNetShortcut.Projection, 1, 1, 1, 1),
        ForVolumes(BackboneNames.ResNet18Volume, PublishedStemChannels, bottleneck: false, ResNetShortcut.ZeroPad, 2, 2, 2, 2),
        ForVolumes(BackboneNames.ResNet18VolumeB, PublishedStemChannels, bottleneck: false, ResNetShortcut.Projection, 2, 2, 2, 2),
        ForVolumes(BackboneNames.ResNet34Volume, PublishedStemChannels, bottleneck: false, ResNetShortcut.ZeroPad, 3, 4, 6, 3),
        ForVolumes(BackboneNames.ResNet34VolumeB, PublishedStemChannels, bottleneck: false, ResNetShortcut.Projection, 3, 4, 6, 3),
        ForVolumes(BackboneNames.ResNet50Volume, PublishedStemChannels, bottleneck: true, ResNetShortcut.Projection, 3, 4, 6, 3),
        Video(BackboneNames.R3D18, 2, 2, 2, 2),
    ];

    private static BackboneFamily ForImages(string name, int stemChannels, bool bottleneck, params int[] blocksPerStage) =>
        Member(name, inputChannels: 3, defaultInputSize: 224, new ResNetDesign(2, bottleneck, blocksPerStage) { StemChannels = stemChannels });

    private static BackboneFamily ForVolumes(string name, int stemChannels, bool bottleneck, ResNetShortcut shortcut, params int[] blocksPerStage) =>
        Member(name, inputChannels: 1, defaultInputSize: 64, new ResNetDesign(3, bottleneck, blocksPerStage) { StemChannels = stemChannels, Shortcut = shortcut });

    private static BackboneFamily Video(string name, params int[] blocksPerStage) =>
        Member(name, inputChannels: 3, defaultInputSize: 64, new ResNetDesign(3, Bottleneck: false, blocksPerStage) { IsVideo = true }) with { FormerNames = ImageNames };

    private static BackboneFamily Member(string name, int inputChannels, int defaultInputSize, ResNetDesign design) =>
        new(name, design.Rank, HeadName: "fc", inputChannels, recipe => Build(recipe, design)) { DefaultInputSize = defaultInputSize };

    private static List<BackboneUnit> Build(BackboneRecipe recipe, ResNetDesign design)
    {
        var units = new List<BackboneUnit> { Stem(recipe, design) };
        var channels = design.StemChannels;
        for (var stage = 0; stage < design.BlocksPerStage.Count; stage++)
        {
            var planes = design.StemChannels << stage;
            for (var block = 0; block < design.BlocksPerStage[stage]; block++)
            {
                var width = recipe.Width(units.Count, planes);
                var output = recipe.Width(units.Count, design.Bottleneck ? 4 * planes : planes);
                var stride = stage > 0 && block == 0 ? 2 : 1;
                var name = $"layer{stage + 1}.{block}";
                units.Add(new BackboneUnit(name, $"layer{stage + 1}", Block(design, name, channels, width, output, stride), output));
                channels = output;
            }
        }

        return units;
    }

    private static BackboneUnit Stem(BackboneRecipe recipe, ResNetDesign design)
    {
        var rank = design.Rank;
        var (convolution, normalization) = design.IsVideo ? ("stem.0", "stem.1") : ("conv1", "bn1");
        IReadOnlyList<int> kernel = design.IsVideo ? [3, 7, 7] : Axes.Same(rank, 7);
        IReadOnlyList<int> stride = design.IsVideo ? [1, 2, 2] : Axes.Same(rank, 2);
        var layers = new List<Layer>
        {
            new Convolution(convolution, recipe.InputChannels, design.StemChannels, kernel, recipe.StemStride(stride), kernel.Select(k => k / 2).ToArray()),
            new BatchNormalization(normalization, design.StemChannels),
            new Activation(ActivationKind.Relu),
        };
        if (!design.IsVideo)
        {
            layers.Add(new Pooling(PoolingKind.Max, Axes.Same(rank, 3), Axes.Same(rank, 2), Axes.Same(rank, 1)));
        }

        return new BackboneUnit("stem", "stem", new Sequence(layers), design.StemChannels) { InputConvolution = convolution };
    }

    private static Sequence Block(ResNetDesign design, string name, int input, int width, int output, int stride)
    {
        // Kernel length and stride of each convolution of the main path, in order.
        (int Kernel, int Stride)[] convolutions = design.Bottleneck ? [(1, 1), (3, stride), (1, 1)] : [(3, stride), (3, 1)];
        var main = new List<Layer>();
        var channels = input;
        for (var i = 0; i < convolutions.Length; i++)
        {
            var next = i == convolutions.Length - 1 ? output : width;
            var convolution = $"{name}.conv{i + 1}";
            main.Add(Convolve(design.IsVideo ? $"{convolution}.0" : convolution, design.Rank, channels, next, convolutions[i].Kernel, convolutions[i].Stride));
            main.Add(new BatchNormalization(design.IsVideo ? $"{convolution}.1" : $"{name}.bn{i + 1}", next));
            if (i < convolutions.Length - 1)
            {
                main.Add(new Activation(ActivationKind.Relu));
            }

            channels = next;
        }

        var shortcut = Shortcut(design, name, input, output, stride);
        return Sequence.Of(new Branches(BranchCombination.Sum, [new Sequence(main), shortcut]), new Activation(ActivationKind.Relu));
    }

    private static Sequence Shortcut(ResNetDesign design, string name, int input, int output, int stride)
    {
        var rank = design.Rank;
        if (stride == 1 && input == output)
        {
            return Sequence.Identity;
        }

        if (design.Shortcut == ResNetShortcut.Projection || output < input)
        {
            return Sequence.Of(
                Convolve($"{name}.downsample.0", rank, input, output, kernel: 1, stride),
                new BatchNormalization($"{name}.downsample.1", output));
        }

        // Pooling over windows of one position only skips positions.
        var layers = new List<Layer>();
        if (stride > 1)
        {
            layers.Add(new Pooling(PoolingKind.Average, Axes.Same(rank, 1), Axes.Same(rank, stride), Axes.Same(rank, 0)));
        }

        if (output > input)
        {
            layers.Add(new ZeroPadChannels(output));
        }

        return new Sequence(layers);
    }

    private static Convolution Convolve(string name, int rank, int input, int output, int kernel, int stride) =>
        new(name, input, output, Axes.Same(rank, kernel), Axes.Same(rank, stride), Axes.Same(rank, kernel / 2));
}
