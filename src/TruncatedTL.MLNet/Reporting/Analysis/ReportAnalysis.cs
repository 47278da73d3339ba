using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Reporting.Analysis;

/// <summary>All figures of a report, computed once by the evaluation; what writes the files only formats them.</summary>
internal sealed class ReportAnalysis
{
    private readonly MedicalEvaluationOptions _options;

    /// <exception cref="ArgumentException">The input contradicts itself.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public ReportAnalysis(ReportInput input, MedicalEvaluationOptions options)
    {
        ReportChecks.Check(input);
        (Input, _options) = (input, options);
        Metric = new ReportMetric(input);
        Trials = [.. input.Trials.Select(Measure)];
        Winner = input.Winner is { } winner ? Trials[winner] : null;
        Reference = FindReference();
        ComparedOnValidation = Compare(Compared(trial => trial.Validation.Value is not null), CompareValidation, (trial, comparison) => trial.ValidationComparison = comparison);
        ComparedOnTest = Compare(Compared(trial => trial.Test?.Value is not null), CompareTest, (trial, comparison) => trial.TestComparison = comparison);
        if (Winner is not null && Reference is not null && Winner != Reference)
        {
            ValidationHeadline = Winner.ValidationComparison is null ? null : CompareValidation([Winner, Reference])[0];
            TestHeadline = Winner.TestComparison is null ? null : CompareTest([Winner, Reference])[0];
        }

        Leaderboard = [.. Trials.OrderBy(StateOrder).ThenBy(trial => trial.Score is { } score ? (Metric.IsHigherBetter ? -score : score) : double.MaxValue).ThenBy(trial => trial.Trial.Candidate.ParameterCount)];
        Parts = [.. ReportPart.All(this, options)];
    }

    public ReportInput Input { get; }

    public ReportMetric Metric { get; }

    public double ConfidenceLevel => _options.ConfidenceLevel;

    /// <summary>Bootstrap resamples behind intervals that have no formula.</summary>
    public int Resamples => _options.Resamples;

    /// <summary>In the order of the input.</summary>
    public IReadOnlyList<TrialFigures> Trials { get; }

    /// <summary>Finished trials first, then those that were stopped, each from best to worst; then what has no score.</summary>
    public IReadOnlyList<TrialFigures> Leaderboard { get; }

    public TrialFigures? Winner { get; }

    /// <summary>The full transfer that others are compared with: that of the winner's ladder if it was trained to its end, otherwise the best one that was; null without one.</summary>
    public TrialFigures? Reference { get; }

    /// <summary>How many trials were compared with the reference, which Holm's correction takes into account.</summary>
    public int ComparedOnValidation { get; }

    /// <inheritdoc cref="ComparedOnValidation"/>
    public int ComparedOnTest { get; }

    /// <summary>Winner minus reference, alone: the one comparison that the verdict is about, so that its p and its interval agree.</summary>
    public MetricComparison? ValidationHeadline { get; }

    /// <inheritdoc cref="ValidationHeadline"/>
    public MetricComparison? TestHeadline { get; }

    /// <summary>Winner and reference in detail: on validation rows, and on test rows where they were tested.</summary>
    public IReadOnlyList<ReportPart> Parts { get; }

    /// <summary>The best score of the trials that were trained to their end; null without one.</summary>
    public double? BestScore
    {
        get
        {
            var scores = Trials.Where(trial => trial.IsFinished && trial.Score is not null).Select(trial => trial.Score!.Value).ToArray();
            return scores.Length == 0 ? null : Metric.IsHigherBetter ? scores.Max() : scores.Min();
        }
    }

    /// <summary>Trials that no other one beats in both respects: fewer costs and a better score. Only those count that were trained to their end.</summary>
    /// <param name="cost">What a trial costs; null where unknown.</param>
    /// <returns>From the cheapest to the dearest.</returns>
    public IReadOnlyList<TrialFigures> Front(Func<TrialFigures, double?> cost)
    {
        var front = new List<TrialFigures>();
        foreach (var trial in Trials.Where(trial => trial.IsFinished && trial.Score is not null && cost(trial) is not null)
            .OrderBy(trial => cost(trial)).ThenBy(trial => Metric.IsHigherBetter ? -trial.Score : trial.Score))
        {
            if (front.Count == 0 || Metric.IsBetter(trial.Score!.Value, front[^1].Score!.Value))
            {
                front.Add(trial);
            }
        }

        return front;
    }

    private static int StateOrder(TrialFigures trial) => trial.Trial.State switch
    {
        ReportTrialState.Finished => 0,
        ReportTrialState.Stopped => 1,
        ReportTrialState.Failed => 2,
        ReportTrialState.Pruned => 3,
        _ => 4,
    };

    private TrialFigures Measure(ReportTrial trial, int index)
    {
        // A bootstrap for each of forty trials would take minutes. Neither a mean of sets nor a score that more epochs would change has use for one.
        var options = Input.Validation.Count == 1 && (trial.State == ReportTrialState.Finished || Input.Winner == index) ? _options : _options.WithoutResamples();
        var untrained = new MetricEstimate(null, UndefinedReason: trial.State == ReportTrialState.Failed ? "its training failed" : "it was not trained");
        var sets = Input.Validation.Select((rows, i) => i < trial.Runs.Count ? Measure(rows, trial.Runs[i].ValidationProbabilities, options) : untrained).ToArray();
        return new TrialFigures
        {
            Trial = trial,
            Index = index,
            IsWinner = Input.Winner == index,
            ValidationSets = sets,
            Validation = sets.Length == 1 ? sets[0] : MeanOf(sets),
            Test = Input.Test is { } test && trial.TestProbabilities is { } probabilities ? Measure(test, probabilities, _options) : null,
        };
    }

    private MetricEstimate Measure(ReportRows rows, float[]? probabilities, MedicalEvaluationOptions options) => ScoredSets.WhyUnusable(probabilities) is { } reason
        ? new MetricEstimate(null, UndefinedReason: reason)
        : Metric.Measure(ScoredSets.Of(Input, rows, probabilities!), options);

    private MetricEstimate MeanOf(MetricEstimate[] sets)
    {
        for (var i = 0; i < sets.Length; i++)
        {
            if (sets[i].Value is null)
            {
                var reason = Array.TrueForAll(sets, set => set.UndefinedReason == sets[i].UndefinedReason) ? sets[i].UndefinedReason : $"in {Input.Validation[i].Name}: {sets[i].UndefinedReason}";
                return new MetricEstimate(null, UndefinedReason: reason);
            }
        }

        var notes = sets.Select((set, i) => set.Note is null ? null : $"{Input.Validation[i].Name}: {set.Note}").OfType<string>().ToArray();
        return new MetricEstimate(sets.Average(set => set.Value), Note: notes.Length == 0 ? null : string.Join("; ", notes));
    }

    private TrialFigures? FindReference() => Trials
        .Where(trial => trial.Trial.Candidate.IsFullTransfer && trial.IsFinished && trial.Validation.Value is not null)
        .OrderByDescending(trial => Winner is not null && trial.Trial.Candidate.Ladder == Winner.Trial.Candidate.Ladder)
        .ThenBy(trial => Metric.IsHigherBetter ? -trial.Validation.Value : trial.Validation.Value)
        .FirstOrDefault();

    // What was stopped early is not compared: it would lose for that alone, and each test makes the correction stricter. The winner always is.
    private List<TrialFigures> Compared(Func<TrialFigures, bool> isMeasured) => Reference is null || !isMeasured(Reference)
        ? []
        : [.. Trials.Where(trial => trial != Reference && (trial.IsFinished || trial.IsWinner) && isMeasured(trial)), Reference];

    private static int Compare(List<TrialFigures> compared, Func<IReadOnlyList<TrialFigures>, IReadOnlyList<MetricComparison>> compare, Action<TrialFigures, MetricComparison> set)
    {
        if (compared.Count < 2)
        {
            return 0;
        }

        var comparisons = compare(compared);
        for (var i = 0; i < comparisons.Count; i++)
        {
            set(compared[i], comparisons[i]);
        }

        return comparisons.Count;
    }

    // The reference is the last one; comparisons come in the order of the others.
    private IReadOnlyList<MetricComparison> CompareValidation(IReadOnlyList<TrialFigures> compared)
    {
        if (Input.Validation.Count == 1)
        {
            return ComparePaired(compared, Input.Validation[0], trial => trial.Runs[0].ValidationProbabilities!);
        }

        var rows = Input.Validation.Sum(set => set.Labels.Count);
        var testRows = Math.Max(1, rows / Input.Validation.Count);
        return FoldComparison.Compare(
            [.. compared.Select(trial => (trial.Name, (IReadOnlyList<double?>)[.. trial.ValidationSets.Select(set => set.Value)]))],
            Input.TrainingRows ?? Math.Max(1, rows - testRows),
            testRows,
            Metric.Name,
            !Metric.IsHigherBetter,
            _options.ConfidenceLevel,
            compared[^1].Name).Comparisons;
    }

    private IReadOnlyList<MetricComparison> CompareTest(IReadOnlyList<TrialFigures> compared) => ComparePaired(compared, Input.Test!, trial => trial.TestProbabilities!);

    private IReadOnlyList<MetricComparison> ComparePaired(IReadOnlyList<TrialFigures> compared, ReportRows rows, Func<ReportTrial, float[]> probabilities) => MedicalEvaluator.Compare(
        [.. compared.Select(trial => (trial.Name, ScoredSets.Of(Input, rows, probabilities(trial.Trial))))],
        new MedicalComparisonOptions { Metrics = [Metric.Metric], Reference = compared[^1].Name, Evaluation = _options }).Comparisons;
}
