using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>Asks a search what it wants, has it trained, and shows it what came of it, until it chooses or time is over.</summary>
/// <param name="folder">The experiment's folder.</param>
/// <param name="plan">Its plan.</param>
/// <param name="data">Its rows.</param>
/// <param name="method">How it searches.</param>
/// <param name="runner">Trains.</param>
internal sealed class SearchDriver(ExperimentFolder folder, ExperimentPlan plan, ExperimentData data, SearchMethod method, TrialRunner runner)
{
    /// <summary>Told a step of the search as a sentence.</summary>
    public Action<string>? Decided { get; init; }

    /// <summary>Told before a run is trained, with the evidence at that moment.</summary>
    public Action<TrainingRequest, int, FolderEvidence>? RunBegins { get; init; }

    /// <summary>Told each epoch that is completed.</summary>
    public Action<TrainingRequest, int, EpochMetrics>? EpochDone { get; init; }

    /// <summary>Most candidates that may be begun; null for no limit.</summary>
    public int? MaxTrials { get; init; }

    /// <summary>Searches.</summary>
    /// <param name="maxTime">After this much time the best so far is chosen; null for no limit.</param>
    /// <param name="cancellation">The caller's; the best so far is chosen then, too.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before an epoch was completed.</exception>
    /// <exception cref="ExperimentException">Every candidate failed, or time was over before an epoch was completed.</exception>
    public SearchOutcome Run(TimeSpan? maxTime, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (maxTime is { } time)
        {
            deadline.CancelAfter(time);
        }

        var decisions = ExperimentFolder.ReadJson<List<string>>(folder.DecisionsPath) ?? [];
        try
        {
            while (true)
            {
                var evidence = Evidence();
                switch (method.Next(evidence))
                {
                    case SearchStep.Choose choice:
                        Note(decisions, choice.Reason);
                        return new SearchOutcome(plan.Candidates[choice.Winner.Index], choice.Reason, EndedEarly: null, decisions);
                    case SearchStep.Train step:
                        Note(decisions, step.Reason);
                        if (!TrainAll(step, evidence, deadline.Token))
                        {
                            return BestSoFar(decisions, $"the limit of {MaxTrials} trials was reached");
                        }

                        break;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            if (cancellation.IsCancellationRequested && Evidence().BestSoFar() is null)
            {
                throw;
            }

            return BestSoFar(decisions, cancellation.IsCancellationRequested ? "it was cancelled" : FormattableString.Invariant($"the {maxTime!.Value.TotalMinutes:0.#} minutes were over"));
        }
    }

    /// <summary>What is known now.</summary>
    /// <exception cref="ExperimentException">No candidate is left.</exception>
    public FolderEvidence Evidence()
    {
        var evidence = new FolderEvidence(folder, plan, data);
        if (evidence.Candidates.Count > 0)
        {
            return evidence;
        }

        var failed = plan.Candidates.FirstOrDefault(candidate => evidence.HasFailed(candidate.Index));
        throw new ExperimentException(failed is null
            ? $"No candidate is within the limits: {plan.Candidates[0].Pruned}"
            : $"Every candidate failed; the first one, '{failed.Name}', with {evidence.Runs(failed.Index).First(run => run.Error is not null).Error}");
    }

    /// <summary>The runs that the search wants next, which do not depend on each other; empty when it can choose, or must because another candidate would be one too many.</summary>
    public IReadOnlyList<(TrainingRequest Request, int Set)> Pending()
    {
        var evidence = Evidence();
        if (method.Next(evidence) is not SearchStep.Train step)
        {
            return [];
        }

        var begun = Begun(evidence);
        return [.. Outstanding(step, evidence).TakeWhile(pending => IsWithinLimit(begun, pending.Request))];
    }

    // False where another candidate would be one too many.
    private bool TrainAll(SearchStep.Train step, FolderEvidence evidence, CancellationToken cancellation)
    {
        var outstanding = Outstanding(step, evidence).ToArray();
        if (outstanding.Length == 0)
        {
            throw new ExperimentException($"The search method {method.Name} asks for nothing that has not been trained yet, and does not choose.");
        }

        var begun = Begun(evidence);
        foreach (var (request, set) in outstanding)
        {
            if (!IsWithinLimit(begun, request))
            {
                return false;
            }

            RunBegins?.Invoke(request, set, Evidence());
            var status = runner.Run(
                plan.Candidates[request.Candidate.Index], set, request.Epochs, request.Purpose, metrics => EpochDone?.Invoke(request, set, metrics), cancellation);
            if (status.Error is { } error)
            {
                Decided?.Invoke($"{request.Candidate.Name} failed and is left out: {error}");
            }
        }

        return true;
    }

    private HashSet<int> Begun(FolderEvidence evidence) =>
        [.. plan.Candidates.Where(candidate => evidence.Runs(candidate.Index).Any(run => run.Epochs.Count > 0 || run.IsOver)).Select(candidate => candidate.Index)];

    private bool IsWithinLimit(HashSet<int> begun, TrainingRequest request) => !begun.Add(request.Candidate.Index) || !(begun.Count > MaxTrials);

    private IEnumerable<(TrainingRequest Request, int Set)> Outstanding(SearchStep.Train step, FolderEvidence evidence) =>
        from request in step.Requests
        from set in Enumerable.Range(0, plan.Sets.Count)
        let status = evidence.Runs(request.Candidate.Index)[set]
        where !status.IsOver && (request.Epochs is not { } epochs || status.Epochs.Count < epochs)
        select (request, set);

    private SearchOutcome BestSoFar(List<string> decisions, string why)
    {
        var evidence = Evidence();
        var best = evidence.BestSoFar() ?? throw new ExperimentException($"There is no result: {why} before a candidate had completed an epoch with all its rows.");
        var reason = $"{best.Name} is the best so far: {why} before the search had come to its end.";
        Note(decisions, reason);
        return new SearchOutcome(plan.Candidates[best.Index], reason, why, decisions);
    }

    private void Note(List<string> decisions, string reason)
    {
        if (decisions.Count > 0 && decisions[^1] == reason)
        {
            return;
        }

        decisions.Add(reason);
        ExperimentFolder.WriteJson(folder.DecisionsPath, decisions);
        Decided?.Invoke(reason);
    }
}
