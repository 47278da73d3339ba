using System.Globalization;
using System.Text.RegularExpressions;

namespace TruncatedTL.MLNet.Weights;

/// <summary>Guesses from names and shapes which network a file is for, to explain why nothing fits.</summary>
internal static class NetworkFingerprint
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex ResidualBlock = new(@"(^|\.)layer([1-4])\.([0-9]{1,3})\.conv([1-3])(\.0)?\.weight$", Options);
    private static readonly Regex DenseLayer = new(@"(^|\.)denseblock([1-4])\.denselayer([0-9]{1,3})\.", Options);
    private static readonly Regex Classifier = new(@"(^|\.)(fc|classifier|head|linear|last_linear)\.weight$", Options);

    // The first pattern that a name fits decides; more specific ones come first.
    private static readonly (Regex Pattern, string Network)[] Families =
    [
        (new Regex(@"relative_position_bias_table$", Options), "a Swin Transformer"),
        (new Regex(@"(^|\.)(patch_embed\.proj|conv_proj|class_token|cls_token|patch_embedding\.)", Options), "a Vision Transformer"),
        (new Regex(@"(^|\.)Mixed_5b\.", Options), "an Inception v3"),
        (new Regex(@"(^|\.)inception3a\.", Options), "a GoogLeNet"),
        (new Regex(@"(^|\.)(stages\.0\.blocks\.0\.conv_dw|features\.1\.0\.block\.0|stages\.0\.0\.dwconv|downsample_layers\.0\.0)\.", Options), "a ConvNeXt"),
        (new Regex(@"(^|\.)(_blocks\.0\._depthwise_conv|blocks\.0\.0\.conv_dw|features\.1\.0\.block\.0\.0)\.", Options), "an EfficientNet or MobileNet"),
        (new Regex(@"(^|\.)features\.1\.conv\.0\.0\.", Options), "a MobileNet v2"),
        (new Regex(@"(^|\.)features\.[0-9]{1,2}\.(squeeze|expand1x1)\.", Options), "a SqueezeNet"),
        (new Regex(@"(^|\.)(down|up|inc|outc|encoder[0-9]|decoder[0-9])\.?[0-9]?\.(double_conv|conv|maxpool_conv)", Options), "a U-Net"),
        (new Regex(@"(^|\.)features\.(module\.)?28\.weight$", Options), "a VGG"),
        (new Regex(@"(^|\.)features\.(module\.)?10\.weight$", Options), "an AlexNet or a small VGG"),
    ];

    /// <summary>The network in words, for example <c>ResNet-50 (2D, 3 input channels, 1000 classes)</c>; null where unknown.</summary>
    public static string? Describe(IReadOnlyDictionary<string, TensorData> tensors)
    {
        var network = DescribeResNet(tensors) ?? DescribeDenseNet(tensors)
            ?? Families.Where(family => tensors.Keys.Any(family.Pattern.IsMatch)).Select(family => family.Network).FirstOrDefault();
        if (network is null)
        {
            return null;
        }

        var details = new List<string>();
        var stem = tensors.Values.FirstOrDefault(tensor => tensor.Shape.Count is 4 or 5);
        if (stem is not null)
        {
            details.Add(stem.Shape.Count == 4 ? "2D" : "3D");
            details.Add(Count(stem.Shape[1], "input channel", "input channels"));
        }

        var classifier = tensors.Where(tensor => Classifier.IsMatch(tensor.Key) && tensor.Value.Shape.Count == 2).Select(tensor => tensor.Value).LastOrDefault();
        if (classifier is not null)
        {
            details.Add(Count(classifier.Shape[0], "class", "classes"));
        }

        return details.Count == 0 ? network : $"{network} ({string.Join(", ", details)})";
    }

    private static string? DescribeResNet(IReadOnlyDictionary<string, TensorData> tensors)
    {
        var blocks = new int[4];
        var isBottleneck = false;
        foreach (var name in tensors.Keys)
        {
            var match = ResidualBlock.Match(name);
            if (match.Success)
            {
                var layer = Number(match.Groups[2]) - 1;
                blocks[layer] = Math.Max(blocks[layer], Number(match.Groups[3]) + 1);
                isBottleneck |= match.Groups[4].ValueSpan is "3";
            }
        }

        return (blocks, isBottleneck) switch
        {
            ([0, ..], _) => null,
            ([1, 1, 1, 1], false) => "a ResNet-10",
            ([2, 2, 2, 2], false) => "a ResNet-18",
            ([3, 4, 6, 3], false) => "a ResNet-34",
            ([3, 4, 6, 3], true) => "a ResNet-50",
            ([3, 4, 23, 3], true) => "a ResNet-101",
            ([3, 8, 36, 3], true) => "a ResNet-152",
            ([3, 24, 36, 3], true) => "a ResNet-200",
            ([var n, var second, var third, 0], false) when n == second && n == third => $"a CIFAR ResNet-{(6 * n) + 2}",
            _ => $"a residual network with {string.Join('-', blocks)} blocks",
        };
    }

    private static string? DescribeDenseNet(IReadOnlyDictionary<string, TensorData> tensors)
    {
        var layers = new int[4];
        foreach (var name in tensors.Keys)
        {
            var match = DenseLayer.Match(name);
            if (match.Success)
            {
                var block = Number(match.Groups[2]) - 1;
                layers[block] = Math.Max(layers[block], Number(match.Groups[3]));
            }
        }

        return layers switch
        {
            [0, ..] => null,
            [6, 12, 24, 16] => "a DenseNet-121",
            [6, 12, 36, 24] => "a DenseNet-161",
            [6, 12, 32, 32] => "a DenseNet-169",
            [6, 12, 48, 32] => "a DenseNet-201",
            _ => $"a DenseNet with {string.Join('-', layers)} layers",
        };
    }

    private static string Count(long count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
}
