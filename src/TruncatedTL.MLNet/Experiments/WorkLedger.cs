using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What an experiment has cost, and what it and other searches would cost. One unit of work is a multiply-accumulate for a training image in an epoch.</summary>
/// <param name="plan">The plan.</param>
/// <param name="data">Its rows.</param>
/// <param name="evidence">What has been trained.</param>
internal sealed class WorkLedger(ExperimentPlan plan, ExperimentData data, FolderEvidence evidence)
{
    /// <summary>Seconds that the rest of a search may take; null while nothing has been trained that would tell.</summary>
    /// <param name="method">The search method.</param>
    public TimeSpan? Remaining(SearchMethod method)
    {
        var (work, seconds) = (0.0, 0.0);
        foreach (var (candidate, _, entry) in Epochs())
        {
            work += candidate.MacCount;
            seconds += entry.Seconds;
        }

        if (work == 0)
        {
            return null;
        }

        // The mean of two guesses: that the search ends with a small network, and with a large one.
        var ahead = (Forecast(method, ForecastAssumption.EqualScores) + Forecast(method, ForecastAssumption.LargerIsBetter)) / 2;
        return TimeSpan.FromSeconds(ahead * plan.Sets.Count * seconds / work);
    }

    /// <summary>The ledger for the report.</summary>
    public ReportLedger ToReport()
    {
        var entries = Epochs()
            .GroupBy(epoch => (epoch.Candidate, epoch.Set, epoch.Entry.Purpose))
            .Select(group => (
                Candidate: plan.Sets.Count > 1 ? $"{group.Key.Candidate.Name}, {plan.Sets[group.Key.Set].Name}" : group.Key.Candidate.Name,
                FromEpoch: group.Min(epoch => epoch.Entry.Metrics.Epoch) - 1,
                ToEpoch: group.Max(epoch => epoch.Entry.Metrics.Epoch),
                group.Key.Purpose,
                Work: group.Count() * WorkOf(group.Key.Candidate, group.Key.Set),
                Seconds: group.Sum(epoch => epoch.Entry.Seconds)))
            .ToArray();
        var full = plan.Candidates.Where(candidate => candidate.IsFullTransfer && candidate.Pruned is null).ToArray();
        var trained = full.FirstOrDefault(candidate => evidence.IsFinished(candidate.Index));
        var largest = trained ?? full.FirstOrDefault() ?? plan.Candidates.MaxBy(candidate => candidate.MacCount)!;
        var epochs = trained is null ? EpochsToEnd() * plan.Sets.Count : evidence.Runs(trained.Index).Sum(run => run.Epochs.Count);
        var perEpoch = plan.Sets.Select((_, set) => WorkOf(largest, set)).Average();
        return new ReportLedger
        {
            SearchWork = entries.Where(entry => entry.Purpose != RequestPurpose.Control).Sum(entry => entry.Work),
            ControlWork = entries.Where(entry => entry.Purpose == RequestPurpose.Control).Sum(entry => entry.Work),
            FullFineTuningWork = perEpoch * epochs,
            TwoStageWork = Expected(SearchMethod.TwoStage()),
            ExhaustiveWork = Expected(SearchMethod.Exhaustive()),
            SearchSeconds = entries.Where(entry => entry.Purpose != RequestPurpose.Control).Sum(entry => entry.Seconds),
            ControlSeconds = entries.Where(entry => entry.Purpose == RequestPurpose.Control).Sum(entry => entry.Seconds),
            OtherSeconds = plan.PlanningSeconds,
            Basis = FormattableString.Invariant(
                $"The full fine-tuning is {(trained is null ? "expected, for it was not trained to its end" : "the control's own")}; the other searches are simulated on the scores of this one, with {EpochsToEnd()} epochs where a training has no end yet."),
            Entries = entries,
        };
    }

    // What has ended says how long trainings last here; until one has, they may last as long as they are allowed to.
    private int EpochsToEnd()
    {
        var ended = plan.Candidates.SelectMany(candidate => evidence.Runs(candidate.Index)).Where(run => run.Ended is not null).Select(run => run.Epochs.Count).ToArray();
        return ended.Length == 0 ? plan.Training.MaxEpochs : Math.Max(1, (int)Math.Round(ended.Average()));
    }

    private double Forecast(SearchMethod method, ForecastAssumption assumption)
    {
        try
        {
            return SearchForecast.Remaining(method, evidence, EpochsToEnd(), assumption).MacEpochs;
        }
        catch (InvalidOperationException)
        {
            // A method of the user's own may not bear assumed scores; then the time left stays unknown to it.
            return 0;
        }
    }

    private double Expected(SearchMethod method) =>
        SearchForecast.Total(method, evidence, EpochsToEnd(), ForecastAssumption.EqualScores).MacEpochsWithoutControls
        * plan.Sets.Select((set, _) => (double)TrainingRows(set)).Sum();

    private double WorkOf(PlannedCandidate candidate, int set) => (double)candidate.MacCount * TrainingRows(plan.Sets[set]);

    private int TrainingRows(PlannedSet set) => set.TrainingRows?.Count ?? data.AllRows(plan.Ladders[0]).Count;

    private IEnumerable<(PlannedCandidate Candidate, int Set, EpochEntry Entry)> Epochs() =>
        from candidate in plan.Candidates
        from set in Enumerable.Range(0, plan.Sets.Count)
        from entry in evidence.Runs(candidate.Index)[set].Epochs
        select (candidate, set, entry);
}
