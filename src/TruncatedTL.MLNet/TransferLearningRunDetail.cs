using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>What an experiment found out about one candidate.</summary>
/// <typeparam name="TMetrics">The figures of an evaluation.</typeparam>
public sealed class TransferLearningRunDetail<TMetrics>
    where TMetrics : class
{
    private readonly Lazy<TMetrics?> _validation;
    private readonly Func<TransferLearningTransformer> _createModel;

    internal TransferLearningRunDetail(PlannedCandidate candidate, PlannedLadder ladder, Func<TMetrics?> validation, Func<TransferLearningTransformer> createModel)
    {
        Name = candidate.Name;
        Strategy = candidate.ParseStrategy();
        Backbone = ladder.Backbone;
        Cut = candidate.CutName;
        ParameterCount = candidate.ParameterCount;
        MacCount = candidate.MacCount;
        MillisecondsPerImage = candidate.MillisecondsPerImage;
        ModelBytes = candidate.ModelBytes;
        _validation = new Lazy<TMetrics?>(validation);
        _createModel = createModel;
    }

    /// <summary>What it is called, e.g. <c>Truncated(layer3.1)</c>; with several backbones their name stands before.</summary>
    public string Name { get; }

    /// <summary>The strategy.</summary>
    public TransferStrategy Strategy { get; }

    /// <summary>Registered name of the backbone.</summary>
    public string Backbone { get; }

    /// <summary>The last unit of its network.</summary>
    public string Cut { get; }

    /// <summary>What has become of it.</summary>
    public required TrialState State { get; init; }

    /// <summary>The error that ended its training, or the limit that ruled it out; null otherwise.</summary>
    public string? Note { get; init; }

    /// <summary>The metric on the validation rows, in its own direction: the mean over folds and repeats, each at its best epoch. Null where no epoch was completed.</summary>
    public double? Score { get; init; }

    /// <summary>
    /// Validation figures with intervals; of folds all rows together, of repeats the first one. They are computed when they are first asked for. Null where no epoch was completed. The winner was
    /// chosen by such figures, so that its own are a little too good.
    /// </summary>
    public TMetrics? ValidationMetrics => _validation.Value;

    /// <summary>
    /// Test figures with intervals; null where there are no test rows or the candidate was not trained to its end. Of folds the winner and full transfer are tested, after they have been trained on all rows.
    /// </summary>
    public TMetrics? TestMetrics { get; init; }

    /// <summary>Trainable parameters of backbone and head.</summary>
    public long ParameterCount { get; }

    /// <summary>Multiply-accumulates for one image.</summary>
    public long MacCount { get; }

    /// <summary>Median milliseconds for one image on this machine, measured before training; null where they were not measured.</summary>
    public double? MillisecondsPerImage { get; }

    /// <summary>Bytes of the exported network; null where it was not measured.</summary>
    public long? ModelBytes { get; }

    /// <summary>Seconds of training, all folds and repeats together.</summary>
    public required double RuntimeInSeconds { get; init; }

    /// <summary>The completed epochs of its trainings, one list per fold or repeat.</summary>
    public required IReadOnlyList<IReadOnlyList<EpochMetrics>> History { get; init; }

    /// <summary>
    /// Builds its model anew from what stands on the disk; nothing is trained, and the experiment's folder must still be there. Models are not kept in memory, so each call makes one, which is
    /// the caller's to dispose.
    /// </summary>
    /// <exception cref="ExperimentException">No epoch of its training has been completed.</exception>
    public TransferLearningTransformer CreateModel() => _createModel();

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Name}: {State}, {(Score is { } score ? score.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture) : "no score")}, {ParameterCount / 1e6:0.00}M parameters");
}
