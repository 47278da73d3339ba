using System.Globalization;

namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// What a weights file says about itself beside its tensors: which network it is for, what its images looked like, where it comes from and on what
/// terms. It travels as plain text in the metadata of a safetensors file, so that other programs can read it, too.
/// </summary>
/// <remarks>
/// The keys are <c>backbone</c>, <c>input_size</c> (H,W or D,H,W), <c>pixel_scale</c>, <c>mean</c>, <c>std</c>, <c>channel_order</c>, <c>license</c> and
/// <c>source</c>, each with the prefix <c>truncatedtl.</c>; lists are separated by commas.
/// </remarks>
public sealed record WeightsCard
{
    private const string Prefix = "truncatedtl.";
    private const string BackboneKey = Prefix + "backbone";
    private const string InputSizeKey = Prefix + "input_size";
    private const string PixelScaleKey = Prefix + "pixel_scale";
    private const string MeanKey = Prefix + "mean";
    private const string StandardDeviationKey = Prefix + "std";
    private const string ChannelOrderKey = Prefix + "channel_order";
    private const string LicenseKey = Prefix + "license";
    private const string SourceKey = Prefix + "source";

    /// <summary>Registered name of the backbone; null where the file does not say.</summary>
    public string? Backbone { get; init; }

    /// <summary>H, W (or D, H, W) of the images that the weights were trained on; null where the file does not say.</summary>
    public IReadOnlyList<int>? InputSize { get; init; }

    /// <summary>What pixel values are divided by before <see cref="Mean"/> is subtracted: 255 for 8-bit images. Default 255.</summary>
    public double PixelScale { get; init; } = 255;

    /// <summary>Mean per channel after scaling, one value for all channels or one each in the order of <see cref="ChannelOrder"/>; null where the file does not say.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Standard deviation per channel after scaling, as many values as <see cref="Mean"/>; null where the file does not say.</summary>
    public IReadOnlyList<double>? StandardDeviation { get; init; }

    /// <summary>The order of the channels. Default red, green, blue.</summary>
    public ChannelOrder ChannelOrder { get; init; }

    /// <summary>The terms on which the weights may be used, as text or an SPDX identifier; null where the file does not say.</summary>
    public string? License { get; init; }

    /// <summary>How the weights were made: data, recipe, date; null where the file does not say.</summary>
    public string? Source { get; init; }

    /// <summary>Reads the card out of a file's metadata. What the metadata does not say stays at its default.</summary>
    /// <param name="metadata">Free text by key, see <see cref="WeightsFile.Metadata"/>.</param>
    /// <exception cref="WeightsException">An entry is there but cannot be understood.</exception>
    public static WeightsCard FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var mean = Numbers(metadata, MeanKey, value => true);
        var deviation = Numbers(metadata, StandardDeviationKey, value => value > 0);
        if (mean?.Length != deviation?.Length)
        {
            throw new WeightsException($"The metadata give {mean?.Length ?? 0} values for '{MeanKey}' and {deviation?.Length ?? 0} for '{StandardDeviationKey}'; there must be equally many.");
        }

        return new WeightsCard
        {
            Backbone = metadata.GetValueOrDefault(BackboneKey),
            InputSize = Numbers(metadata, InputSizeKey, value => value is >= 1 and <= 1 << 16 && double.IsInteger(value))?.Select(value => (int)value).ToArray() switch
            {
                { Length: not (2 or 3) } sizes => throw Unusable(InputSizeKey, string.Join(',', sizes)),
                var sizes => sizes,
            },
            PixelScale = Numbers(metadata, PixelScaleKey, value => value > 0) switch
            {
                null => 255,
                [var scale] => scale,
                var scales => throw Unusable(PixelScaleKey, string.Join(',', scales)),
            },
            Mean = mean,
            StandardDeviation = deviation,
            ChannelOrder = metadata.GetValueOrDefault(ChannelOrderKey) switch
            {
                null or "RGB" => ChannelOrder.Rgb,
                "BGR" => ChannelOrder.Bgr,
                var other => throw Unusable(ChannelOrderKey, other),
            },
            License = metadata.GetValueOrDefault(LicenseKey),
            Source = metadata.GetValueOrDefault(SourceKey),
        };
    }

    /// <summary>The card as metadata for <see cref="WeightsFile"/>; what is null is left out.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>();
        void Add(string key, string? value)
        {
            if (value is not null)
            {
                metadata.Add(key, value);
            }
        }

        Add(BackboneKey, Backbone);
        Add(InputSizeKey, InputSize is null ? null : string.Join(',', InputSize.Select(length => length.ToString(CultureInfo.InvariantCulture))));
        Add(PixelScaleKey, PixelScale.ToString("R", CultureInfo.InvariantCulture));
        Add(MeanKey, Text(Mean));
        Add(StandardDeviationKey, Text(StandardDeviation));
        Add(ChannelOrderKey, ChannelOrder == ChannelOrder.Bgr ? "BGR" : "RGB");
        Add(LicenseKey, License);
        Add(SourceKey, Source);
        return metadata;
    }

    private static string? Text(IReadOnlyList<double>? values) =>
        values is null ? null : string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private static double[]? Numbers(IReadOnlyDictionary<string, string> metadata, string key, Func<double, bool> isUsable)
    {
        if (!metadata.TryGetValue(key, out var text))
        {
            return null;
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]) || !isUsable(numbers[i]))
            {
                throw Unusable(key, text);
            }
        }

        return numbers;
    }

    private static WeightsException Unusable(string key, string text) =>
        new($"The metadata of the weights say {DisplayText.Quote(key)} is {DisplayText.Quote(text)}, which cannot be used.");
}
