using TruncatedTL.MLNet.Weights.Safetensors;

namespace TruncatedTL.MLNet.Weights;

/// <summary>Where a backbone's pretrained weights come from.</summary>
/// <remarks>
/// Weights that say how their images looked (<see cref="WeightsCard"/>) bring their input size and their normalisation with them: the trainers use
/// both unless the options say otherwise.
/// </remarks>
public sealed class PretrainedWeights
{
    private readonly Func<string, WeightsFile>? _open;
    private readonly Lazy<string?> _backbone;

    private PretrainedWeights(string description, bool isStrict, Func<string, WeightsFile>? open, Func<string?> backbone)
    {
        Description = description;
        IsStrict = isStrict;
        _open = open;
        _backbone = new Lazy<string?>(backbone);
    }

    /// <summary>No pretrained weights: only <c>TransferStrategy.FromScratch</c> works with them.</summary>
    public static PretrainedWeights Random { get; } = new("random", isStrict: false, open: null, () => null);

    /// <summary>
    /// The weights inside this package, trained on images and volumes made by formula: no download, no licence to ask for, no patient. They are for the
    /// backbones <c>resnet18_w32</c> (images, the default) and <c>resnet10_3d_w32</c> (volumes). What they are worth, measured, stands in
    /// <c>docs/bundled-weights.md</c>; weights trained on natural or medical images know more, where you may use them.
    /// </summary>
    public static PretrainedWeights Bundled { get; } = new("bundled", isStrict: true, BundledWeights.Open, () => BundledWeights.BackboneNames[0]);

    /// <summary>What the source is, for logs and reports: a file name, or a few words.</summary>
    public string Description { get; }

    /// <summary>True if every tensor that the strategy takes over must be in the source with the right shape.</summary>
    public bool IsStrict { get; }

    /// <summary>True unless the source is <see cref="Random"/>.</summary>
    public bool IsPretrained => _open is not null;

    /// <summary>The backbone that the weights say they are for; null where they do not say.</summary>
    internal string? Backbone => _backbone.Value;

    /// <summary>A PyTorch checkpoint (<c>.pth</c>, <c>.pt</c>, <c>.th</c>; read without executing anything in it) or a <c>.safetensors</c> file.</summary>
    /// <param name="path">The file; its tensors are read when the training starts.</param>
    /// <param name="strict">False lets tensors that are missing or misshapen start at random; the report lists them.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    public static PretrainedWeights FromFile(string path, bool strict = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new PretrainedWeights(Path.GetFileName(path), strict, _ => WeightsFile.Load(path), () => BackboneOf(path));
    }

    /// <summary>Weights that are in memory already.</summary>
    /// <param name="weights">The tensors.</param>
    /// <param name="description">What they are, for logs and reports.</param>
    /// <param name="strict">See <see cref="FromFile"/>.</param>
    public static PretrainedWeights FromTensors(WeightsFile weights, string description, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        return new PretrainedWeights(description, strict, _ => weights, () => WeightsCard.FromMetadata(weights.Metadata).Backbone);
    }

    /// <summary>Reads what the weights say about themselves: their backbone, the size and normalisation of their images, licence and source.</summary>
    /// <param name="backbone">Registered name of the backbone, for sources that have weights of several; null takes their first.</param>
    /// <returns>The card; empty for files that say nothing. Null for <see cref="Random"/>.</returns>
    /// <exception cref="WeightsException">The source cannot be read as weights, or has none for this backbone.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public WeightsCard? ReadCard(string? backbone = null) =>
        IsPretrained ? WeightsCard.FromMetadata(Open(backbone ?? Backbone ?? string.Empty).Metadata) : null;

    /// <inheritdoc/>
    public override string ToString() => Description;

    /// <summary>Reads the source.</summary>
    /// <param name="backbone">Registered name of the backbone that asks for weights.</param>
    /// <exception cref="WeightsException">The source cannot be read as weights, or has none for this backbone.</exception>
    internal WeightsFile Open(string backbone) => _open?.Invoke(backbone) ?? throw new InvalidOperationException("Random weights have no file.");

    // Only safetensors say it, and before the tensors. A file that is missing or damaged is an error of the training, not of naming it.
    private static string? BackboneOf(string path)
    {
        if (!path.EndsWith(SafetensorsFormat.Suffix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return WeightsCard.FromMetadata(SafetensorsHeader.Read(ByteSource.FromStream(stream, path)).Metadata).Backbone;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or WeightsException)
        {
            return null;
        }
    }
}
