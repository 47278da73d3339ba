using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Strategies;

namespace TruncatedTL.MLNet;

/// <summary>
/// What an experiment compares, by what it chooses and what it may spend. The trainer's own options say the rest: columns, weights, input size, training, seed.
/// </summary>
public abstract class TransferLearningExperimentSettings
{
    /// <summary>
    /// Strategies to compare besides truncation, e.g. <c>TransferStrategy.LinearProbe()</c>; each is trained to its end and takes part in the choice. Full transfer is always
    /// there where there are pretrained weights. Default: none.
    /// </summary>
    public IReadOnlyList<TransferStrategy> Strategies = [];

    /// <summary>Backbones and weights to try; null (default) takes those of the trainer's options.</summary>
    public IReadOnlyList<ExperimentBackbone>? Backbones;

    /// <summary>Cuts to consider for truncation; null (default) considers every cut of each backbone, an empty list none.</summary>
    public IReadOnlyList<string>? Cuts;

    /// <summary>How the cut is searched for. Default: <see cref="SearchMethod.Guided"/>.</summary>
    public SearchMethod Search = SearchMethod.Guided();

    /// <summary>What is optimised on the validation rows; it also chooses the epoch of each training. Default: AUROC.</summary>
    public ExperimentMetric Metric = ExperimentMetric.Auroc;

    /// <summary>By how much a smaller network may be worse than the best one, in units of the metric, whatever the noise is. Default: 0.</summary>
    public double Tolerance;

    /// <summary>
    /// By how many standard errors of the paired difference a smaller network may be worse than the best one: what the validation rows cannot tell apart counts as equal, and
    /// the smaller one is chosen. At most <see cref="ToleranceLimit"/> counts, and the larger of that and <see cref="Tolerance"/> holds. Default: 2.
    /// </summary>
    public double ToleranceStandardErrors = 2;

    /// <summary>
    /// What noise may excuse at most, in units of the metric: with few validation rows two standard errors are more than anybody would give away for a smaller network. Default: 0.03.
    /// </summary>
    public double ToleranceLimit = 0.03;

    /// <summary>After this much time in a call the best so far is the result; null (default) sets no limit. A second call with the same folder goes on.</summary>
    public TimeSpan? MaxTime;

    /// <summary>Most candidates that are trained at all; null (default) sets no limit.</summary>
    public int? MaxTrials;

    /// <summary>Most trainable parameters of backbone and head; larger candidates are ruled out before any training. Null (default) sets no limit.</summary>
    public long? MaxParameters;

    /// <summary>Most milliseconds for one image, measured on this machine for each candidate before any training. Null (default) sets no limit.</summary>
    public double? MaxMilliseconds;

    /// <summary>Most bytes of the exported network; the zip is a little smaller. Null (default) sets no limit.</summary>
    public long? MaxModelBytes;

    /// <summary>
    /// Parts into which the training rows are divided, by class and by the trainer's <see cref="NetworkTrainingOptions.GroupColumnName"/>, each of which validates once; the score is the mean, and the
    /// winner is then trained on all rows. 1 (default) validates on the rows that are given, or on the trainer's share of the training rows.
    /// </summary>
    public int Folds = 1;

    /// <summary>How often each training is repeated, with another seed and another division of the rows; the score is the mean. Default: 1.</summary>
    public int Repeats = 1;

    /// <summary>
    /// Whether the pretrained features at all cuts are scored first, by one pass over the images (stage 0): that shows which cuts are far too low and saves the search some trainings.
    /// Default: true.
    /// </summary>
    public bool FrozenScores = true;

    /// <summary>
    /// The folder of the experiment: plan, trials, report, model. An experiment that was stopped in it goes on; one with other data or settings is refused. Null (default) takes a new folder
    /// among the system's temporary files.
    /// </summary>
    public string? WorkingFolder;

    /// <summary>What the data are called in the report. Default: "Experiment".</summary>
    public string Title = "Experiment";

    /// <summary>Whether the zip of every candidate that was trained to its end is kept in its folder, not the winner's alone. Default: False.</summary>
    public bool KeepModels;

    /// <summary>Ends the experiment within one batch, with the best so far as its result; without a completed epoch it throws.</summary>
    public CancellationToken CancellationToken;

    private protected TransferLearningExperimentSettings()
    {
    }

    /// <summary>The trainer's options.</summary>
    internal abstract TransferLearningOptions TrainerOptions { get; }

    /// <summary>The backbones to try.</summary>
    internal IReadOnlyList<ExperimentBackbone> PlannedBackbones => Backbones ?? [new ExperimentBackbone(TrainerOptions.Weights, TrainerOptions.Backbone)];

    /// <summary>The trainer's options for a backbone, with a strategy that its weights allow.</summary>
    internal TransferLearningOptions OptionsFor(ExperimentBackbone backbone)
    {
        var options = (TransferLearningOptions)TrainerOptions.With(backbone.Weights, backbone.Backbone);
        options.Strategy = backbone.Weights.IsPretrained ? TransferStrategy.Full() : TransferStrategy.FromScratch();
        return options;
    }

    /// <summary>Checks what can be checked without data.</summary>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TrainerOptions, "Trainer");
        ArgumentNullException.ThrowIfNull(Strategies);
        ArgumentNullException.ThrowIfNull(Search);
        ArgumentException.ThrowIfNullOrWhiteSpace(Title);
        OptionChecks.Defined(Metric, nameof(Metric));
        OptionChecks.InRange(Tolerance, 0, double.MaxValue, nameof(Tolerance));
        OptionChecks.InRange(ToleranceStandardErrors, 0, 100, nameof(ToleranceStandardErrors));
        OptionChecks.InRange(ToleranceLimit, 0, double.MaxValue, nameof(ToleranceLimit));
        OptionChecks.AtLeast(MaxTrials ?? 1, 1, nameof(MaxTrials));
        OptionChecks.AtLeast(Folds, 1, nameof(Folds));
        OptionChecks.AtLeast(Repeats, 1, nameof(Repeats));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxParameters ?? 1, nameof(MaxParameters));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxModelBytes ?? 1, nameof(MaxModelBytes));
        OptionChecks.Positive(MaxMilliseconds ?? 1, double.MaxValue, nameof(MaxMilliseconds));
        if (MaxTime is { } time && time <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxTime), time, "The time must be positive.");
        }

        if (Backbones is { Count: 0 })
        {
            throw new ArgumentException("There must be at least one backbone to try.", nameof(Backbones));
        }

        if (TrainerOptions.KeepHead || TrainerOptions.CheckpointPath is not null)
        {
            throw new ArgumentException(
                $"{nameof(NetworkTrainingOptions.KeepHead)} and {nameof(NetworkTrainingOptions.CheckpointPath)} are for a single training; an experiment compares heads from equal starting points and keeps its own checkpoints.",
                nameof(TransferLearningOptions));
        }

        if (Folds > 1 && TrainerOptions.OutOfDistribution is not null)
        {
            throw new ArgumentException($"The winner of {nameof(Folds)} is trained on all rows; none are left to set the threshold of {nameof(TransferLearningOptions.OutOfDistribution)} on.", nameof(Folds));
        }
    }
}
