namespace TruncatedTL.MLNet.Weights;

/// <summary>Where a backbone's pretrained weights come from.</summary>
public sealed class PretrainedWeights
{
    private readonly Func<WeightsFile>? _open;

    private PretrainedWeights(string description, bool isStrict, Func<WeightsFile>? open)
    {
        Description = description;
        IsStrict = isStrict;
        _open = open;
    }

    /// <summary>No pretrained weights: only <c>TransferStrategy.FromScratch</c> works with them.</summary>
    public static PretrainedWeights Random { get; } = new("random", isStrict: false, open: null);

    /// <summary>What the source is, for logs and reports: a file name, or a few words.</summary>
    public string Description { get; }

    /// <summary>True if every tensor that the strategy takes over must be in the source with the right shape.</summary>
    public bool IsStrict { get; }

    /// <summary>True unless the source is <see cref="Random"/>.</summary>
    public bool IsPretrained => _open is not null;

    /// <summary>A PyTorch checkpoint (<c>.pth</c>, <c>.pt</c>, <c>.th</c>; read without executing anything in it) or a <c>.safetensors</c> file.</summary>
    /// <param name="path">The file; it is opened when the training starts.</param>
    /// <param name="strict">False lets tensors that are missing or misshapen start at random; the report lists them.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    public static PretrainedWeights FromFile(string path, bool strict = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new PretrainedWeights(Path.GetFileName(path), strict, () => WeightsFile.Load(path));
    }

    /// <summary>Weights that are in memory already.</summary>
    /// <param name="weights">The tensors.</param>
    /// <param name="description">What they are, for logs and reports.</param>
    /// <param name="strict">See <see cref="FromFile"/>.</param>
    public static PretrainedWeights FromTensors(WeightsFile weights, string description, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        return new PretrainedWeights(description, strict, () => weights);
    }

    /// <inheritdoc/>
    public override string ToString() => Description;

    /// <summary>Reads the source.</summary>
    /// <exception cref="WeightsException">The source cannot be read as weights.</exception>
    internal WeightsFile Open() => _open?.Invoke() ?? throw new InvalidOperationException("Random weights have no file.");
}
