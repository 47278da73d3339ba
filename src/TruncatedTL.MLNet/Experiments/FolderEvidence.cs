using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;
using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>The evidence of a search as it stands in an experiment's folder. Scores and tolerances come from the stored validation logits.</summary>
internal sealed class FolderEvidence : SearchEvidence
{
    // The tolerance needs no finer interval.
    private const int Resamples = 1000;
    private const double Level = 0.95;

    private readonly ExperimentFolder _folder;
    private readonly ExperimentPlan _plan;
    private readonly ExperimentData _data;
    private readonly Dictionary<int, RunStatus[]> _statuses;
    private readonly Dictionary<(int Candidate, int Set, int Epoch), float[]> _logits = [];
    private readonly Dictionary<(int Candidate, int? Epochs), double> _scores = [];
    private readonly Dictionary<(int Candidate, int Best, int? Epochs), double> _tolerances = [];

    /// <summary>Reads the status of all runs.</summary>
    public FolderEvidence(ExperimentFolder folder, ExperimentPlan plan, ExperimentData data)
    {
        (_folder, _plan, _data) = (folder, plan, data);
        _statuses = plan.Candidates.ToDictionary(
            candidate => candidate.Index,
            candidate => plan.Sets.Select((_, set) => folder.Run(candidate, set).ReadStatus()).ToArray());
        Candidates = [.. plan.Candidates.Where(candidate => candidate.Pruned is null && !HasFailed(candidate.Index)).Select(candidate => candidate.ToSearch())];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SearchCandidate> Candidates { get; }

    /// <inheritdoc/>
    public override int MaxEpochs => _plan.Training.MaxEpochs;

    /// <summary>The runs of a candidate, one per set.</summary>
    public IReadOnlyList<RunStatus> Runs(int candidate) => _statuses[candidate];

    /// <summary>Epochs that all runs of a candidate have completed.</summary>
    public int EpochsReached(int candidate) => _statuses[candidate].Min(status => status.Epochs.Count);

    /// <inheritdoc/>
    public override int EpochsReached(SearchCandidate candidate) => EpochsReached(candidate.Index);

    /// <summary>Whether all runs of a candidate have come to their end without an error.</summary>
    public bool IsFinished(int candidate) => _statuses[candidate].All(status => status.Ended is not null && status.Error is null);

    /// <summary>Whether an error ended a run of a candidate.</summary>
    public bool HasFailed(int candidate) => _statuses[candidate].Any(status => status.Error is not null);

    /// <summary>What has become of a candidate.</summary>
    public TrialState StateOf(PlannedCandidate candidate) =>
        candidate.Pruned is not null ? TrialState.Pruned
        : HasFailed(candidate.Index) ? TrialState.Failed
        : IsFinished(candidate.Index) ? TrialState.Finished
        : _statuses[candidate.Index].Any(status => status.Epochs.Count > 0) ? TrialState.Stopped
        : TrialState.NotTried;

    /// <inheritdoc/>
    public override bool HasReached(SearchCandidate candidate, int? epochs) =>
        _statuses[candidate.Index].All(status => status.IsOver || (epochs is { } wanted && status.Epochs.Count >= wanted));

    /// <inheritdoc/>
    public override double Score(SearchCandidate candidate, int? epochs)
    {
        var sign = MetricRule.IsHigherBetter(_plan.Metric) ? 1 : -1;
        return sign * Value(candidate.Index, epochs);
    }

    /// <summary>The metric in its own direction: its mean over the sets, each at the best of the first epochs.</summary>
    public double Value(int candidate, int? epochs)
    {
        if (!_scores.TryGetValue((candidate, epochs), out var value))
        {
            value = Enumerable.Range(0, _plan.Sets.Count).Average(set => ValueOf(candidate, set, epochs));
            _scores.Add((candidate, epochs), value);
        }

        return value;
    }

    /// <inheritdoc/>
    public override double Tolerance(SearchCandidate candidate, SearchCandidate best, int? epochs)
    {
        if (candidate.Index == best.Index)
        {
            return 0;
        }

        var key = (candidate.Index, best.Index, epochs);
        if (!_tolerances.TryGetValue(key, out var tolerance))
        {
            tolerance = Math.Max(_plan.Tolerance, Math.Min(_plan.ToleranceLimit, _plan.ToleranceStandardErrors * StandardError(candidate.Index, best.Index, epochs)));
            _tolerances.Add(key, tolerance);
        }

        return tolerance;
    }

    /// <summary>Validation logits of the best of a run's first epochs.</summary>
    public float[] Logits(int candidate, int set, int? epochs)
    {
        var epoch = _statuses[candidate][set].BestEpoch(epochs);
        if (!_logits.TryGetValue((candidate, set, epoch), out var logits))
        {
            var (labels, _) = _data.ValidationLabels(_plan.Sets[set]);
            logits = _folder.Run(_plan.Candidates[candidate], set).ReadScores(epoch, labels.Length * OutputsOf(candidate));
            _logits.Add((candidate, set, epoch), logits);
        }

        return logits;
    }

    private int OutputsOf(int candidate) => _plan.LadderOf(_plan.Candidates[candidate]).Outputs;

    private double ValueOf(int candidate, int set, int? epochs) =>
        MetricRule.Value(_plan.Metric, Logits(candidate, set, epochs), OutputsOf(candidate), _data.ValidationLabels(_plan.Sets[set]).Labels)
        ?? throw new ExperimentException($"{MetricRule.NameOf(_plan.Metric)} is undefined on the validation rows of '{_plan.Sets[set].Name}': they are all of one class.");

    // Sets that share rows, as repeats do, say the same thing several times: then the error of the mean is that of one. Folds do not share any.
    private double StandardError(int first, int second, int? epochs)
    {
        var errors = Enumerable.Range(0, _plan.Sets.Count).Select(set => StandardErrorOf(first, second, set, epochs)).ToArray();
        return HaveDisjointRows()
            ? Math.Sqrt(errors.Sum(error => error * error)) / errors.Length
            : errors.Average();
    }

    // Repeated folds hold every row once a repeat.
    private bool HaveDisjointRows()
    {
        var seen = new HashSet<int>();
        return _plan.Sets.Count == 1 || _plan.Sets.All(set => set.ValidationRows?.All(seen.Add) ?? false);
    }

    // Patients are the units of the bootstrap; of independent rows and the area under the curve it is DeLong's error.
    private double StandardErrorOf(int first, int second, int set, int? epochs)
    {
        var (labels, groups) = _data.ValidationLabels(_plan.Sets[set]);
        var comparison = MedicalEvaluator.Compare(
            [("first", Examples(first)), ("second", Examples(second))],
            new MedicalComparisonOptions
            {
                Metrics = [MetricRule.InEvaluation(_plan.Metric)],
                Evaluation = new MedicalEvaluationOptions { ConfidenceLevel = Level, Resamples = Resamples, BootstrapInterval = BootstrapInterval.Percentile, Seed = _plan.Seed },
            });

        // Without an interval both rank the rows alike, or a class has a single row: then only the user's own tolerance is left.
        return comparison.Comparisons[0].Difference.Interval is { } interval
            ? (interval.Upper - interval.Lower) / 2 / Distributions.TwoSidedNormal(Level)
            : 0;

        ScoredExamples Examples(int candidate) =>
            MetricRule.Examples(Logits(candidate, set, epochs), OutputsOf(candidate), labels, groups, _plan.ClassNames);
    }
}
