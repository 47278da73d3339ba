using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>
/// Compares transfer strategies on a user's images and finds the cut of the truncated network, as AutoML does with trainers. The experiment is a folder: whatever ends it, the next call with the
/// same folder, settings and rows goes on and chooses alike.
/// </summary>
/// <remarks>
/// Candidates are compared on validation rows only. Test rows, where they are given, are scored after the choice has been made, and change nothing.
/// </remarks>
/// <typeparam name="TMetrics">The figures of an evaluation: <see cref="MedicalBinaryMetrics"/> or <see cref="MedicalClassificationMetrics"/>.</typeparam>
public sealed class TransferLearningExperiment<TMetrics>
    where TMetrics : class
{
    private readonly MLContext _context;
    private readonly TransferLearningExperimentSettings _settings;
    private readonly ExperimentTask<TMetrics> _kind;
    private readonly ClassificationTask _task;
    private readonly IHost _host;
    private readonly int _contextSeed;
    private readonly ExperimentFolder _folder;

    internal TransferLearningExperiment(MLContext context, TransferLearningExperimentSettings settings, ExperimentTask<TMetrics> kind)
    {
        settings.Validate();
        (_context, _settings, _kind) = (context, settings, kind);
        _task = kind.CreateTask(context, settings.TrainerOptions);
        _host = ((IHostEnvironment)context).Register("TransferLearningExperiment");
        _contextSeed = _host.Rand.Next();
        _folder = new ExperimentFolder(settings.WorkingFolder ?? Path.Combine(Path.GetTempPath(), $"truncatedtl-experiment-{Guid.NewGuid():N}"));
    }

    /// <summary>The experiment's folder.</summary>
    public string WorkingFolder => _folder.FullPath;

    /// <summary>Runs the experiment, or goes on with it.</summary>
    /// <param name="trainData">The rows to train on.</param>
    /// <param name="validationData">The rows to compare candidates on; null takes the trainer's <see cref="NetworkTrainingOptions.ValidationSet"/>, folds or a share of the training rows.</param>
    /// <param name="testData">Rows that are scored once the choice has been made; null for none.</param>
    /// <param name="progressHandler">Told after each epoch and before each longer step.</param>
    /// <exception cref="ArgumentException">Settings and rows do not fit together.</exception>
    /// <exception cref="ExperimentException">The folder belongs to another experiment or another process works in it, every candidate failed, or time was over before an epoch was completed.</exception>
    /// <exception cref="TrainingDataException">The rows cannot be trained on.</exception>
    /// <exception cref="Weights.WeightsException">The pretrained weights cannot be read, or belong to another network.</exception>
    /// <exception cref="Splitting.DataLeakageException">A patient has training rows and validation rows.</exception>
    /// <exception cref="TorchBackendException">TorchSharp's native library does not load.</exception>
    /// <exception cref="IOException">The folder cannot be written; what was complete is kept.</exception>
    /// <exception cref="UnauthorizedAccessException">There is no right to write the folder.</exception>
    /// <exception cref="CheckpointException">The folder cannot be written within a training, for example because the disk is full; what was complete is kept.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before a candidate had completed an epoch.</exception>
    public TransferLearningExperimentResult<TMetrics> Execute(
        IDataView trainData, IDataView? validationData = null, IDataView? testData = null, IProgress<ExperimentProgress>? progressHandler = null)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        var watch = Stopwatch.StartNew();
        using var held = TakeFolder();
        using var channel = _host.Start("Experiment");
        var progress = new ProgressReporter(progressHandler, watch);
        var planned = Plan(trainData, validationData, channel, progress);
        var data = new ExperimentData(_folder, planned.Plan);
        var runner = new TrialRunner(_folder, planned.Plan, data, NetworkTrainer.ChooseDevice(_context));
        var driver = Driver(planned.Plan, data, runner, channel, progress);
        var remaining = _settings.MaxTime - watch.Elapsed;
        var outcome = driver.Run(remaining < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : remaining, _settings.CancellationToken);

        progress.Report(ExperimentStage.Finishing, "The model is built.");
        var evidence = driver.Evidence();
        var models = new ExperimentModels(_context, _settings, _task, _folder, planned, runner, trainData);

        // Whoever has no time left wants no further training: then it is the model of the first fold.
        var model = models.Build(outcome.Winner, final: outcome.EndedEarly is null);
        try
        {
            models.Save(model, _folder.ModelPath);
            var tests = testData is null ? [] : Test(testData, planned.Plan, evidence, outcome, model, models, progress);
            return Result(planned.Plan, data, evidence, outcome, model, models, tests, progress);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes the plan without training anything, so that other processes can train its trials from the folder alone (<see cref="ExperimentTrials"/>). <see cref="Execute"/> then goes on from what they
    /// have trained.
    /// </summary>
    /// <inheritdoc cref="Execute" path="/param[@name='trainData']|/param[@name='validationData']|/param[@name='progressHandler']|/exception"/>
    public void Prepare(IDataView trainData, IDataView? validationData = null, IProgress<ExperimentProgress>? progressHandler = null)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        using var held = TakeFolder();
        using var channel = _host.Start("Experiment");
        Plan(trainData, validationData, channel, new ProgressReporter(progressHandler, Stopwatch.StartNew()));
    }

    private FileLock TakeFolder() => FileLock.TryTake(Path.Combine(_folder.FullPath, "lock"))
        ?? throw new ExperimentException($"Another process is working on the experiment in '{_folder.FullPath}'. Wait for it, or give another {nameof(TransferLearningExperimentSettings.WorkingFolder)}.");

    private PlannedExperiment Plan(IDataView training, IDataView? validation, IChannel channel, ProgressReporter progress)
    {
        _settings.Validate();
        _settings.CancellationToken.ThrowIfCancellationRequested();
        validation ??= _settings.TrainerOptions.ValidationSet;

        // Finds missing columns and wrong types in ML.NET's own words, before an image is decoded.
        var fitter = new TransferLearningFitter(_context, _settings.OptionsFor(_settings.PlannedBackbones[0]), _task);
        fitter.GetOutputSchema(SchemaProbe.ShapeOf(training));
        if (validation is not null)
        {
            fitter.GetOutputSchema(SchemaProbe.ShapeOf(validation));
        }

        return new ExperimentPlanner(_context, _settings, _task, _contextSeed, _folder, channel, progress.Report).Plan(training, validation);
    }

    private SearchDriver Driver(ExperimentPlan plan, ExperimentData data, TrialRunner runner, IChannel channel, ProgressReporter progress) =>
        new(_folder, plan, data, MethodOf(plan), runner)
        {
            MaxTrials = _settings.MaxTrials,
            Decided = text =>
            {
                NetworkTrainer.Log(channel, text);
                progress.Report(ExperimentStage.Training, text);
            },
            RunBegins = (request, set, evidence) => progress.RunBegins(plan, request, set, evidence, new WorkLedger(plan, data, evidence).Remaining(MethodOf(plan))),
            EpochDone = (request, set, metrics) =>
            {
                NetworkTrainer.Log(channel, $"{request.Candidate.Name}, {plan.Sets[set].Name}, {metrics}");
                progress.EpochDone(metrics);
                _settings.TrainerOptions.MetricsCallback?.Invoke(metrics);
            },
        };

    // The plan's text is what counts, for somebody may have edited it; a method that is not the library's own has no text to be made from.
    private SearchMethod MethodOf(ExperimentPlan plan) => plan.Search == _settings.Search.ToString() ? _settings.Search : plan.ParseSearch();

    private Dictionary<int, float[]> Test(
        IDataView testData, ExperimentPlan plan, FolderEvidence evidence, SearchOutcome outcome, TransferLearningTransformer model, ExperimentModels models, ProgressReporter progress)
    {
        var labels = ValidationLabels.Read(testData, _settings.TrainerOptions.LabelColumnName, _task.Labels, plan.ClassNames, message => new ExperimentException(message));
        var groups = _settings.TrainerOptions.GroupColumnName is { } name && testData.Schema.GetColumnOrNull(name) is not null
            ? StoredRows.Number(ColumnText.ReadAll(testData, "group", name), "test", [])
            : null;

        // What an earlier call said of other test rows must not stand beside these.
        foreach (var candidate in plan.Candidates)
        {
            var former = new FileInfo(_folder.TestScoresPath(candidate));
            if (former.Exists)
            {
                former.Delete();
            }
        }

        ExperimentFolder.WriteJson(_folder.TestPath, new TestRows(labels, groups));
        var probabilities = new Dictionary<int, float[]>();

        // A candidate of folds has to be trained on all rows first, which only the control is worth.
        var tested = plan.Candidates.Where(candidate => candidate.Index == outcome.Winner.Index
            || (outcome.EndedEarly is null && evidence.IsFinished(candidate.Index) && (plan.Folds == 1 || candidate.IsFullTransfer)));
        foreach (var candidate in tested)
        {
            progress.Report(ExperimentStage.Finishing, $"{candidate.Name} is tested.");
            var own = candidate.Index == outcome.Winner.Index ? model : models.Build(candidate, final: true);
            var rows = own.PredictProbabilities(testData, cancellationToken: CancellationToken.None);
            var values = plan.IsBinary ? rows.Select(row => row[1]).ToArray() : [.. rows.SelectMany(row => row)];
            AtomicFile.Write(_folder.TestScoresPath(candidate), stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
            probabilities.Add(candidate.Index, values);
            if (own != model)
            {
                if (_settings.KeepModels)
                {
                    models.Save(own, candidate);
                }

                own.Dispose();
            }
        }

        return probabilities;
    }

    private TransferLearningExperimentResult<TMetrics> Result(
        ExperimentPlan plan,
        ExperimentData data,
        FolderEvidence evidence,
        SearchOutcome outcome,
        TransferLearningTransformer model,
        ExperimentModels models,
        Dictionary<int, float[]> tests,
        ProgressReporter progress)
    {
        var test = tests.Count == 0 ? null : ExperimentFolder.ReadJson<TestRows>(_folder.TestPath);
        var details = plan.Candidates.Select(candidate => new TransferLearningRunDetail<TMetrics>(
            candidate,
            plan.LadderOf(candidate),
            () => evidence.EpochsReached(candidate.Index) > 0 ? _kind.Evaluate(ValidationExamples(plan, data, evidence, candidate)) : null,
            () => models.Build(candidate, final: evidence.IsFinished(candidate.Index)))
        {
            State = evidence.StateOf(candidate),
            Note = candidate.Pruned ?? evidence.Runs(candidate.Index).FirstOrDefault(run => run.Error is not null)?.Error,
            Score = evidence.EpochsReached(candidate.Index) > 0 && !evidence.HasFailed(candidate.Index) ? evidence.Value(candidate.Index, null) : null,
            TestMetrics = tests.TryGetValue(candidate.Index, out var probabilities) ? _kind.Evaluate(test!.Examples(probabilities, plan)) : null,
            RuntimeInSeconds = evidence.Runs(candidate.Index).Sum(run => run.Epochs.Sum(epoch => epoch.Seconds)),
            History = [.. evidence.Runs(candidate.Index).Select(run => run.Epochs.Select(epoch => epoch.Metrics).ToArray())],
        }).ToArray();
        ExperimentFolder.WriteJson(_folder.ResultPath, new StoredResult
        {
            Winner = outcome.Winner.Index,
            WinnerName = outcome.Winner.Name,
            Reason = outcome.Reason,
            EndedEarly = outcome.EndedEarly,
            Scores = [.. details.Select((detail, index) => new StoredScore(detail.Name, detail.State, detail.Score, evidence.EpochsReached(index)))],
        });
        if (_settings.KeepModels && tests.Count == 0)
        {
            foreach (var candidate in plan.Candidates.Where(candidate => candidate.Index != outcome.Winner.Index && evidence.IsFinished(candidate.Index)))
            {
                using var other = models.Build(candidate, final: true);
                models.Save(other, candidate);
            }
        }

        progress.Report(ExperimentStage.Finishing, "The report is written.");
        models.DrawExamples(outcome.Winner, evidence.Logits(outcome.Winner.Index, 0, null));
        var reportPath = ExperimentTrials.WriteReport(_folder, plan);
        progress.Report(ExperimentStage.Done, outcome.Reason);
        return new TransferLearningExperimentResult<TMetrics>
        {
            RunDetails = details,
            BestRun = details[outcome.Winner.Index],
            Model = model,
            ModelPath = _folder.ModelPath,
            Reason = outcome.Reason,
            EndedEarly = outcome.EndedEarly,
            WorkingFolder = _folder.FullPath,
            ReportPath = reportPath,
            Pareto = ParetoFront(details, MetricRule.IsHigherBetter(plan.Metric) ? 1 : -1),
        };
    }

    private static TransferLearningRunDetail<TMetrics>[] ParetoFront(TransferLearningRunDetail<TMetrics>[] details, int sign)
    {
        var finished = details.Where(detail => detail is { State: TrialState.Finished, Score: not null }).ToArray();
        return [.. finished
            .Where(detail => !finished.Any(other =>
                sign * other.Score >= sign * detail.Score && other.ParameterCount <= detail.ParameterCount
                && (sign * other.Score > sign * detail.Score || other.ParameterCount < detail.ParameterCount)))
            .OrderBy(detail => detail.ParameterCount)];
    }

    // Folds have different rows, which make one set; repeats have the same ones again.
    private static ScoredExamples ValidationExamples(ExperimentPlan plan, ExperimentData data, FolderEvidence evidence, PlannedCandidate candidate)
    {
        var outputs = plan.LadderOf(candidate).Outputs;
        var sets = Enumerable.Range(0, plan.Folds).ToArray();
        var rows = sets.Select(set => data.ValidationLabels(plan.Sets[set])).ToArray();
        return MetricRule.Examples(
            [.. sets.SelectMany(set => evidence.Logits(candidate.Index, set, null))],
            outputs,
            [.. rows.SelectMany(row => row.Labels)],
            rows[0].Groups is null ? null : [.. rows.SelectMany(row => row.Groups!)],
            plan.ClassNames);
    }
}
