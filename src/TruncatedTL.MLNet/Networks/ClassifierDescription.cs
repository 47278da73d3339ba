using System.Globalization;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Networks;

/// <summary>
/// Everything about a trained classifier that is not a tensor. Beside the tensors in a weights file it is enough to build the network again.
/// </summary>
/// <remarks>
/// The keys are those of <see cref="WeightsCard"/> and, each with the prefix <c>truncatedtl.</c>: <c>strategy</c>, <c>cut</c>, <c>head</c>,
/// <c>classes</c> (one a line), <c>input_channels</c>, <c>stem_depth_stride</c> (where it was asked for), <c>image_size</c> (H,W or D,H,W of the
/// image column, before the model resizes it) and <c>pixels</c> (<c>byte</c> or <c>single</c>).
/// </remarks>
internal sealed record ClassifierDescription
{
    /// <summary>The most values that an input may have: 1 GB in single precision.</summary>
    public const long MostInputValues = 1L << 28;

    private const int LongestAxis = 1 << 16;
    private const string StrategyKey = "truncatedtl.strategy";
    private const string CutKey = "truncatedtl.cut";
    private const string HeadKey = "truncatedtl.head";
    private const string ClassesKey = "truncatedtl.classes";
    private const string InputChannelsKey = "truncatedtl.input_channels";
    private const string StemDepthStrideKey = "truncatedtl.stem_depth_stride";
    private const string ImageSizeKey = "truncatedtl.image_size";
    private const string PixelsKey = "truncatedtl.pixels";
    private const string BytePixels = "byte";
    private const string SinglePixels = "single";

    /// <summary>The strategy it was trained with.</summary>
    public required TransferStrategy Strategy { get; init; }

    /// <summary>The network.</summary>
    public required NetworkSpecification Specification { get; init; }

    /// <summary>How pixel values become the network's input.</summary>
    public required PixelNormalization Normalization { get; init; }

    /// <summary>Names of the classes in the order of the probabilities; of two with one output the second is the positive one.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>H, W (or D, H, W) of the image column; the model resizes where it differs from the network's input.</summary>
    public required IReadOnlyList<int> ImageSpatial { get; init; }

    /// <summary>Whether the column holds bytes; resized values are then rounded.</summary>
    public required bool HasByteValues { get; init; }

    /// <summary>The description as metadata, without what <see cref="WeightsCard"/> says.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var backbone = Specification.Plan.Backbone;
        var metadata = new Dictionary<string, string>
        {
            [StrategyKey] = Strategy.ToString(),
            [CutKey] = Specification.Plan.Cut.Name,
            [HeadKey] = Specification.Pooling.ToString(),
            [ClassesKey] = ClassNamesEntry(ClassNames).Value,
            [InputChannelsKey] = backbone.InputChannels.ToString(CultureInfo.InvariantCulture),
            [ImageSizeKey] = string.Join(',', ImageSpatial.Select(length => length.ToString(CultureInfo.InvariantCulture))),
            [PixelsKey] = HasByteValues ? BytePixels : SinglePixels,
        };
        if (backbone.StemDepthStride is { } stride)
        {
            metadata.Add(StemDepthStrideKey, stride.ToString(CultureInfo.InvariantCulture));
        }

        return metadata;
    }

    /// <summary>The names of the classes that metadata say, in the order of the outputs; null where they do not.</summary>
    public static IReadOnlyList<string>? ClassNamesOf(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(ClassesKey)?.Split('\n');

    /// <summary>The names of classes as metadata.</summary>
    public static KeyValuePair<string, string> ClassNamesEntry(IReadOnlyList<string> names) => KeyValuePair.Create(ClassesKey, string.Join('\n', names));

    /// <summary>Reads the description of a file and checks it; nothing is allocated that the file could make large.</summary>
    /// <exception cref="WeightsException">The file does not say enough, or what it says cannot be used.</exception>
    public static ClassifierDescription FromFile(WeightsFile file)
    {
        var metadata = file.Metadata;
        var card = WeightsCard.FromMetadata(metadata);
        if (card is not { Backbone: { } backboneName, InputSize: { } inputSize, Mean: { } mean, StandardDeviation: { } deviation })
        {
            throw new WeightsException(Incomplete("the backbone, the input size or the normalisation"));
        }

        var classNames = Required(metadata, ClassesKey).Split('\n');
        var pixels = metadata.GetValueOrDefault(PixelsKey);
        if (pixels is not (null or BytePixels or SinglePixels))
        {
            throw Unusable(PixelsKey, pixels);
        }

        try
        {
            var backbone = Backbone.Create(backboneName, Number(metadata, InputChannelsKey), Number(metadata, StemDepthStrideKey));
            RequireSize(backbone, inputSize);
            var plan = TransferStrategy.Parse(Required(metadata, StrategyKey)).Resolve(backbone);
            if (plan.Cut.Name != Required(metadata, CutKey))
            {
                throw Unusable(CutKey, metadata[CutKey]);
            }

            return new ClassifierDescription
            {
                Strategy = TransferStrategy.Parse(metadata[StrategyKey]),
                Specification = new NetworkSpecification(plan, Head(metadata), Outputs(file, plan.Backbone, classNames), inputSize),
                Normalization = new PixelNormalization(card.PixelScale, mean, deviation),
                ClassNames = classNames,
                ImageSpatial = metadata.ContainsKey(ImageSizeKey) ? Size(metadata, backbone) : inputSize,
                HasByteValues = pixels == BytePixels,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            throw new WeightsException($"The metadata of the weights do not describe a network: {DisplayText.Clean(exception.Message)}", exception);
        }
    }

    /// <summary>The tensors of a file that belong to the network; every one is there and has its shape.</summary>
    /// <exception cref="WeightsMismatchException">A tensor is missing or has another shape.</exception>
    public IReadOnlyDictionary<string, TensorData> TensorsOf(WeightsFile file) =>
        WeightsMatcher.Match(
            file,
            Specification.Parameters().Select(parameter => new ExpectedTensor(parameter.Name, parameter.Shape)).ToArray(),
            new WeightsMatchOptions { InputChannels = null, Inflation = null, AllowHeadReplacement = false }).Tensors;

    private static HeadPooling Head(IReadOnlyDictionary<string, string> metadata)
    {
        var text = Required(metadata, HeadKey);
        return Enum.GetValues<HeadPooling>().Where(head => head.ToString() == text).Select(head => (HeadPooling?)head).FirstOrDefault()
            ?? throw Unusable(HeadKey, text);
    }

    // The classifier's own shape says whether two classes share one logit.
    private static int Outputs(WeightsFile file, Backbone backbone, string[] classNames)
    {
        var outputs = file.Tensors.TryGetValue($"{backbone.HeadName}.weight", out var weight) && weight.Shape is [var rows, _] ? rows : 0;
        if (classNames.Length < 2 || (outputs != classNames.Length && (outputs, classNames.Length) != (1, 2)))
        {
            throw new WeightsException($"The metadata of the weights name {classNames.Length} classes, but the classifier has {outputs} outputs.");
        }

        return (int)outputs;
    }

    private static int[] Size(IReadOnlyDictionary<string, string> metadata, Backbone backbone)
    {
        var size = metadata[ImageSizeKey].Split(',').Select(part => Parse(ImageSizeKey, part)).ToArray();
        RequireSize(backbone, size);
        return size;
    }

    private static void RequireSize(Backbone backbone, IReadOnlyList<int> size)
    {
        var values = size.Aggregate((double)backbone.InputChannels, (product, length) => product * length);
        if (size.Count != backbone.SpatialRank || size.Any(length => length is < 1 or > LongestAxis) || values > MostInputValues)
        {
            throw new WeightsException(
                $"The metadata of the weights give {string.Join(" x ", size)} as a size of {backbone.InputChannels} channels; {backbone.Name} reads {backbone.SpatialRank} axes and at most {MostInputValues} values.");
        }
    }

    private static int? Number(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) ? Parse(key, text) : null;

    private static int Parse(string key, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= LongestAxis
            ? number
            : throw Unusable(key, text);

    private static string Required(IReadOnlyDictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out var text) ? text : throw new WeightsException(Incomplete($"'{key}'"));

    private static string Incomplete(string what) =>
        $"The metadata of the weights do not say {what}, so that the network cannot be built from the file alone; a model's SaveWeights writes them.";

    private static WeightsException Unusable(string key, string text) =>
        new($"The metadata of the weights say {DisplayText.Quote(key)} is {DisplayText.Quote(text)}, which cannot be used.");
}
