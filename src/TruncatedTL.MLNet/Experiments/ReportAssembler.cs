using System.Globalization;
using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Search;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>Brings together what a report is made from, out of an experiment's folder alone.</summary>
/// <param name="folder">The folder.</param>
/// <param name="plan">Its plan.</param>
/// <param name="data">Its rows.</param>
internal sealed class ReportAssembler(ExperimentFolder folder, ExperimentPlan plan, ExperimentData data)
{
    /// <summary>Everything that the report shows.</summary>
    public ReportInput Assemble()
    {
        var evidence = new FolderEvidence(folder, plan, data);
        var result = ExperimentFolder.ReadJson<StoredResult>(folder.ResultPath);
        var test = ExperimentFolder.ReadJson<TestRows>(folder.TestPath);
        var ledger = new WorkLedger(plan, data, evidence).ToReport();
        return new ReportInput
        {
            Title = plan.Title,
            Created = plan.Created,
            MetricName = MetricRule.NameOf(plan.Metric),
            IsHigherBetter = MetricRule.IsHigherBetter(plan.Metric),
            ClassNames = plan.ClassNames,
            IsBinary = plan.IsBinary,
            Validation = [.. plan.Sets.Select(ValidationRows)],
            TrainingRows = data.AllRows(plan.Ladders[0]).Count,
            Test = test is null ? null : new ReportRows("test", test.Labels, test.Groups?.Select(Text).ToArray()),
            Trials = [.. plan.Candidates.Select(candidate => Trial(candidate, evidence, test))],
            Decisions = ExperimentFolder.ReadJson<List<string>>(folder.DecisionsPath) ?? [],
            Winner = result?.Winner,
            WinnerReason = result?.Reason,
            Tolerance = result is null ? null : ToleranceOf(result.Winner, evidence),
            EndedEarly = result?.EndedEarly,
            Ledger = ledger,
            Data = [.. plan.DataFacts.Select(fact => (fact.Name, fact.Value))],
            ClassCounts = [.. ClassCounts(test)],
            Settings = [.. Settings()],
            Environment = [.. Environment()],
            HowToRepeat = $"Every setting stands in plan.json, every default written out. The same rows, settings and folder give the same choice; an empty folder trains anew.\n"
                + "var experiment = mlContext.BinaryClassification.CreateTransferLearningExperiment(mlContext, settings); // or MulticlassClassification\n"
                + "using var result = experiment.Execute(train, validation, test);",
            FrozenScores = [.. plan.FrozenScores.Select(score => (score.Ladder, score.Cut, score.Score, score.Value))],
            Examples = [.. Examples()],
        };
    }

    private ReportRows ValidationRows(PlannedSet set)
    {
        var (labels, groups) = data.ValidationLabels(set);
        return new ReportRows(set.Name, labels, groups);
    }

    private ReportTrial Trial(PlannedCandidate candidate, FolderEvidence evidence, TestRows? test)
    {
        var ladder = plan.LadderOf(candidate);
        var runs = evidence.Runs(candidate.Index);
        var isScored = evidence.EpochsReached(candidate.Index) > 0 && !evidence.HasFailed(candidate.Index);
        return new ReportTrial
        {
            Candidate = candidate.ToSearch(),
            Strategy = candidate.Strategy,
            Backbone = ladder.Backbone,
            CutName = candidate.CutName,
            State = evidence.StateOf(candidate) switch
            {
                TrialState.Finished => ReportTrialState.Finished,
                TrialState.Failed => ReportTrialState.Failed,
                TrialState.Pruned => ReportTrialState.Pruned,
                TrialState.NotTried => ReportTrialState.NotTried,
                _ => ReportTrialState.Stopped,
            },
            Note = candidate.Pruned ?? runs.FirstOrDefault(run => run.Error is not null)?.Error,
            IsControl = runs.Any(run => run.Epochs.Any(epoch => epoch.Purpose == RequestPurpose.Control)),
            MillisecondsPerImage = candidate.MillisecondsPerImage,
            ModelBytes = candidate.ModelBytes,
            TrainingSeconds = runs.Sum(run => run.Epochs.Sum(epoch => epoch.Seconds)),
            Score = isScored ? evidence.Value(candidate.Index, null) : null,
            Runs = isScored
                ? [.. runs.Select((run, set) => new ReportRun(
                    [.. run.Epochs.Select(epoch => epoch.Metrics)],
                    Array.ConvertAll(LogitMetrics.Probabilities(evidence.Logits(candidate.Index, set, null), ladder.Outputs), value => (float)value)))]
                : [],
            TestProbabilities = test is null ? null : ReadTestScores(candidate, test.Labels.Count * ladder.Outputs),
        };
    }

    private float[]? ReadTestScores(PlannedCandidate candidate, int count)
    {
        var file = new FileInfo(folder.TestScoresPath(candidate));
        if (!file.Exists || file.Length != (long)count * sizeof(float))
        {
            return null;
        }

        var values = new float[count];
        using var stream = file.OpenRead();
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    // The band within which the winner was chosen: at the best of what was trained to its end.
    private double? ToleranceOf(int winner, FolderEvidence evidence)
    {
        var finished = evidence.Candidates.Where(candidate => evidence.IsFinished(candidate.Index)).ToArray();
        var chosen = finished.FirstOrDefault(candidate => candidate.Index == winner);
        var best = finished.MaxBy(candidate => evidence.Score(candidate, null));
        return chosen is null || best is null || chosen.Index == best.Index ? null : evidence.Tolerance(chosen, best, null);
    }

    private IEnumerable<ReportExample> Examples() =>
        (ExperimentFolder.ReadJson<StoredExample[]>(folder.ExampleListPath) ?? [])
        .Where(example => File.Exists(folder.ExamplePath(example)))
        .Select(example => new ReportExample(example.Caption, File.ReadAllBytes(folder.ExamplePath(example))));

    private IEnumerable<(string Part, string ClassName, int Images, int? Patients)> ClassCounts(TestRows? test)
    {
        var (labels, groups) = data.TrainingLabels();
        foreach (var count in Counts("training", labels, groups))
        {
            yield return count;
        }

        // Folds and shares are parts of the training rows.
        if (plan.Sets.Any(set => set.ValidationRows is null))
        {
            var validation = data.ValidationLabels(plan.Sets.First(set => set.ValidationRows is null));
            foreach (var count in Counts("validation", validation.Labels, validation.Groups))
            {
                yield return count;
            }
        }

        foreach (var count in test is null ? [] : Counts("test", test.Labels, test.Groups?.Select(Text).ToArray()))
        {
            yield return count;
        }
    }

    private IEnumerable<(string Part, string ClassName, int Images, int? Patients)> Counts(string part, IReadOnlyList<int> labels, IReadOnlyList<string>? groups) =>
        plan.ClassNames.Select((name, index) => (
            part,
            name,
            labels.Count(label => label == index),
            groups is null ? (int?)null : groups.Where((_, row) => labels[row] == index).Distinct().Count()));

    private IEnumerable<(string Name, string Value)> Settings()
    {
        yield return ("Search", plan.Search);
        yield return ("Metric", MetricRule.NameOf(plan.Metric));
        yield return ("Tolerance", FormattableString.Invariant($"{plan.ToleranceStandardErrors} standard errors of the paired difference, at most {plan.ToleranceLimit}, at least {plan.Tolerance}"));
        yield return ("Division", string.Join(", ", plan.Sets.Select(set => set.Name)));
        var limits = plan.Limits;
        var given = new[]
        {
            limits.MaxParameters is { } parameters ? FormattableString.Invariant($"{parameters:N0} parameters") : null,
            limits.MaxMilliseconds is { } milliseconds ? FormattableString.Invariant($"{milliseconds} ms an image") : null,
            limits.MaxModelBytes is { } bytes ? FormattableString.Invariant($"{bytes:N0} bytes") : null,
        }.OfType<string>().ToArray();
        yield return ("Limits of the model", given.Length == 0 ? "none" : string.Join(", ", given));
        var training = plan.Training;
        yield return ("Most epochs", Text(training.MaxEpochs));
        yield return ("Batch size", Text(training.BatchSize));
        yield return ("Optimiser", FormattableString.Invariant($"{training.Optimizer}, learning rate {training.LearningRate}, weight decay {training.WeightDecay}"));
        yield return ("Schedule", training.Schedule.ToString());
        yield return ("Early stopping", training.EarlyStopping.Patience == 0 ? "none" : FormattableString.Invariant($"after {training.EarlyStopping.Patience} epochs without a better {training.EarlyStopping.Metric}"));
        yield return ("Augmentation", training.Augmentation is null ? "none" : "see plan.json");
    }

    private IEnumerable<(string Name, string Value)> Environment()
    {
        yield return ("Library", plan.Library);
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {System.Environment.ProcessorCount} cores");
        yield return ("Seed", Text(plan.Seed));
        foreach (var ladder in plan.Ladders)
        {
            yield return ($"Backbone {ladder.Name}", $"{ladder.Backbone}, images of {string.Join(" x ", ladder.ImageShape)}, weights: {ladder.WeightsDescription}{(ladder.WeightsHash is { } hash ? $", SHA-256 of the tensors {hash}" : string.Empty)}");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
