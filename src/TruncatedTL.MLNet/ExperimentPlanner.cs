using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Probing;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet;

/// <summary>
/// Turns settings and rows into a plan on disk: images decoded once, rows divided, candidates listed, measured and pruned. Where the folder has the plan of the same settings and the
/// same data already, that one is taken, with whatever somebody has changed in it.
/// </summary>
/// <param name="context">The context that logs and says on which device.</param>
/// <param name="settings">The settings; they have been validated.</param>
/// <param name="task">Binary or multiclass.</param>
/// <param name="contextSeed">The seed where the options have none.</param>
/// <param name="folder">The experiment's folder.</param>
/// <param name="channel">Takes the log.</param>
/// <param name="report">Told what is being done.</param>
internal sealed class ExperimentPlanner(
    MLContext context,
    TransferLearningExperimentSettings settings,
    ClassificationTask task,
    int contextSeed,
    ExperimentFolder folder,
    IChannel channel,
    Action<ExperimentStage, string> report)
{
    private const string RidgeName = "ridge probe AUROC";

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Dictionary<string, int> _groupNumbers = [];

    /// <summary>Makes or takes up the plan.</summary>
    /// <exception cref="ExperimentException">The folder has the plan of another experiment, or the rows cannot be divided as the settings ask.</exception>
    public PlannedExperiment Plan(IDataView training, IDataView? validation)
    {
        if (validation is not null && settings.Folds > 1)
        {
            throw new ArgumentException($"Either validation rows are given or {nameof(settings.Folds)} divide the training rows, not both.", nameof(validation));
        }

        report(ExperimentStage.Reading, "Images are decoded.");
        var ladders = ReadLadders(training, validation);
        var hashes = ladders.ToDictionary(ladder => ladder.Planned.Name, ladder => HashOf(ladder.Rows));
        var settingsHash = SettingsHash(ladders);
        var inputs = ladders.ToDictionary(ladder => ladder.Planned.Name, ladder => (ladder.Rows.Input, ladder.Rows.Preparation));
        if (folder.ReadPlan() is { } existing)
        {
            RequireSame(existing, settingsHash, hashes);
            NetworkTrainer.Log(channel, $"The experiment in '{folder.FullPath}' goes on.");
            return new PlannedExperiment(existing, inputs);
        }

        var sets = ExperimentDivision.Of(ladders[0].Rows, settings, Seed);
        var facts = new ExperimentDataSurvey(settings.CancellationToken, report).Facts(ladders[0].Rows, sets, hashes.Values.First());
        ladders = StoreFiles(ladders, hashes);
        var frozen = ScoreFeatures(ladders, sets[0]);
        var candidates = Measure(ListCandidates(ladders, frozen), ladders);
        var plan = new ExperimentPlan
        {
            Version = ExperimentPlan.CurrentVersion,
            Library = $"TruncatedTL.MLNet {typeof(ExperimentPlanner).Assembly.GetName().Version!.ToString(3)}",
            Created = DateTimeOffset.UtcNow,
            Title = settings.Title,
            IsBinary = task.Labels is BooleanLabelReader,
            ClassNames = ladders[0].Rows.ClassNames,
            Metric = settings.Metric,
            Tolerance = settings.Tolerance,
            ToleranceStandardErrors = settings.ToleranceStandardErrors,
            ToleranceLimit = settings.ToleranceLimit,
            Search = settings.Search.ToString(),
            Seed = Seed,
            Limits = new ExperimentLimits(settings.MaxTime?.TotalSeconds, settings.MaxTrials, settings.MaxParameters, settings.MaxMilliseconds, settings.MaxModelBytes),
            Training = ChosenOptions(ladders[0], sets[0]),
            Ladders = [.. ladders.Select(ladder => ladder.Planned)],
            Candidates = candidates,
            Sets = sets,
            Folds = settings.Folds,
            SettingsHash = settingsHash,
            DataHashes = hashes,
            DataFacts = facts,
            FrozenScores = frozen,
            PlanningSeconds = _watch.Elapsed.TotalSeconds,
        };
        ExperimentFolder.WriteJson(folder.PlanPath, plan);
        return new PlannedExperiment(plan, inputs);
    }

    private int Seed => settings.TrainerOptions.Training.Seed ?? contextSeed;

    // The experiment's metric chooses the epoch, too; otherwise the best epoch of a candidate would not be the best by what candidates are compared by.
    private TrainingOptions TrainingOptions(int? seed)
    {
        var options = settings.TrainerOptions.Training.Clone();
        options.Seed = seed;
        options.EarlyStopping.Metric = MetricRule.ForEpochs(settings.Metric);
        return options;
    }

    // Candidates compute alike, so the format is measured once, on the whole network of the first backbone; the plan says which it was, for every process that takes part.
    private TrainingOptions ChosenOptions(Ladder ladder, PlannedSet set)
    {
        var options = TrainingOptions(Seed);
        if (options.NumberFormat == NumberFormat.Auto)
        {
            report(ExperimentStage.Measuring, "Number formats of training are compared.");
            using var network = TransferNetwork.Create(ladder.Planned.Specify(TransferStrategy.FromScratch()), Seed, NetworkTrainer.ChooseDevice(context));
            var rows = set.TrainingRows is { } learnt ? ladder.Rows.Training.Subset([.. learnt]) : ladder.Rows.Training;
            options.NumberFormat = FineTuner.ChooseFormat(network, rows, ladder.Rows.Normalization, options, new TrainingCallbacks
            {
                Log = message => NetworkTrainer.Log(channel, message),
                Cancellation = settings.CancellationToken,
            });
        }

        return options;
    }

    private List<Ladder> ReadLadders(IDataView training, IDataView? validation)
    {
        var backbones = settings.PlannedBackbones;
        var ladders = new List<Ladder>();
        foreach (var backbone in backbones)
        {
            ArgumentNullException.ThrowIfNull(backbone);
            ArgumentNullException.ThrowIfNull(backbone.Weights);
            var options = settings.OptionsFor(backbone);
            var name = options.BackboneName;
            if (backbones.Count > 1 && ladders.Any(ladder => ladder.Planned.Backbone == name))
            {
                name = $"{name} ({backbone.Weights})";
            }

            if (ladders.Any(ladder => ladder.Planned.Name == name))
            {
                throw new ArgumentException($"The backbone '{name}' is there twice.", nameof(settings));
            }

            var rows = new NetworkTrainer(context, options, task.Labels, task.CountOutputs, contextSeed, channel).Read(training, validation);
            if (!rows.ClassNames.SequenceEqual(ladders.FirstOrDefault()?.Rows.ClassNames ?? rows.ClassNames))
            {
                throw new ExperimentException("The class names changed while the rows were read.");
            }

            ladders.Add(new Ladder(Planned(name, options, backbone.Weights, rows), options, rows));
        }

        return ladders;
    }

    private PlannedLadder Planned(string name, NetworkTrainingOptions options, PretrainedWeights weights, PreparedRows rows) => new()
    {
        Name = name,
        Backbone = options.BackboneName,
        StemDepthStride = options.StemDepthStride,
        WeightsDescription = weights.Description,
        WeightsFile = null,
        WeightsHash = null,
        IsStrict = weights.IsStrict,
        Channels = options.ChannelAdaptation,
        Inflation = options.Inflation,
        Head = options.Head,
        Outputs = task.CountOutputs(rows.ClassNames.Count),
        DataFolder = "none",
        ImageShape = [rows.Input.Channels, .. rows.Input.NetworkSpatial],
        NormalizationScale = rows.Normalization.Scale,
        NormalizationMean = rows.Normalization.Mean,
        NormalizationDeviation = rows.Normalization.StandardDeviation,
    };

    private string HashOf(PreparedRows rows)
    {
        settings.CancellationToken.ThrowIfCancellationRequested();
        var hash = StoredRows.Hash(rows.Training, TrainingGroups(rows));
        return rows.Validation is { } given ? $"{hash}-{StoredRows.Hash(given, ValidationGroups(rows))}" : hash;
    }

    private int[]? TrainingGroups(PreparedRows rows) => rows.Groups is { } groups ? StoredRows.Number(groups, "training", _groupNumbers) : null;

    private int[]? ValidationGroups(PreparedRows rows) => rows.ValidationGroups is { } groups ? StoredRows.Number(groups, "validation", _groupNumbers) : null;

    // What decides the outcome; how long one waits for it does not, nor a seed that nobody chose: that of the plan holds then.
    private string SettingsHash(List<Ladder> ladders) => Convert.ToHexStringLower(SHA256.HashData(ExperimentFolder.ToJson(new
    {
        Strategies = settings.Strategies.Select(strategy => strategy.ToString()),
        settings.Cuts,
        Search = settings.Search.ToString(),
        settings.Metric,
        settings.Tolerance,
        settings.ToleranceStandardErrors,
        settings.ToleranceLimit,
        settings.MaxParameters,
        settings.MaxMilliseconds,
        settings.MaxModelBytes,
        settings.Folds,
        settings.Repeats,
        settings.FrozenScores,
        Training = TrainingOptions(settings.TrainerOptions.Training.Seed),
        Ladders = ladders.Select(ladder => ladder.Planned),
        Weights = ladders.Select(ladder => ladder.Rows.Weights is { } weights ? WeightsHash(weights) : null),
    })));

    private static string WeightsHash(WeightsFile weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in weights.Tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{name} {tensor.ElementType} {string.Join(',', tensor.Shape)}\n")));
            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void RequireSame(ExperimentPlan plan, string settingsHash, Dictionary<string, string> hashes)
    {
        var what = plan.SettingsHash != settingsHash ? "other settings"
            : hashes.Any(pair => plan.DataHashes.GetValueOrDefault(pair.Key) != pair.Value) ? "other data"
            : null;
        if (what is not null)
        {
            throw new ExperimentException($"The folder '{folder.FullPath}' has an experiment with {what}. Give another {nameof(settings.WorkingFolder)}, or move that folder away.");
        }
    }

    private List<Ladder> StoreFiles(List<Ladder> ladders, Dictionary<string, string> hashes)
    {
        report(ExperimentStage.Reading, "Images and weights are stored in the experiment's folder.");
        var result = new List<Ladder>();
        foreach (var ladder in ladders)
        {
            var name = $"images-{hashes[ladder.Planned.Name][..16]}";
            var path = folder.DataPath(name);
            if (result.All(other => other.Planned.DataFolder != name))
            {
                StoredRows.Write(path, ExperimentData.TrainingName, ladder.Rows.Training, TrainingGroups(ladder.Rows));
                if (ladder.Rows.Validation is { } validation)
                {
                    StoredRows.Write(path, ExperimentData.ValidationName, validation, ValidationGroups(ladder.Rows));
                }
            }

            var planned = ladder.Planned with { DataFolder = name };
            if (ladder.Rows.Weights is { } weights)
            {
                var hash = WeightsHash(weights);
                var file = $"{planned.Backbone}-{hash[..16]}.safetensors";
                Directory.CreateDirectory(Path.GetDirectoryName(folder.WeightsPath(file))!);
                weights.SaveSafetensors(folder.WeightsPath(file));
                planned = planned with { WeightsFile = file, WeightsHash = hash };
            }

            result.Add(ladder with { Planned = planned });
        }

        return result;
    }

    // Only training rows are looked at, with folds among them: what validates candidates later has not been seen then.
    private List<PlannedFrozenScore> ScoreFeatures(List<Ladder> ladders, PlannedSet set)
    {
        var scores = new List<PlannedFrozenScore>();
        foreach (var ladder in settings.FrozenScores ? ladders.Where(ladder => ladder.Rows.Weights is not null) : [])
        {
            report(ExperimentStage.ScoringFeatures, $"The pretrained features of {ladder.Planned.Name} are scored at all cuts.");
            var rows = set.TrainingRows is { } learnt ? ladder.Rows.Training.Subset([.. learnt]) : ladder.Rows.Training;
            var groups = ladder.Rows.Groups is { } all ? (set.TrainingRows?.Select(row => all[row]) ?? all).ToArray() : null;
            var (network, _) = PretrainedInitializer.Create(
                ladder.Planned.Specify(TransferStrategy.Full()), Seed, NetworkTrainer.ChooseDevice(context), ladder.Rows.Weights, ladder.Planned.Fit());
            using (network)
            {
                var found = Probing.FrozenScores.Compute(network, rows, validation: null, ladder.Rows.Normalization, new ProbingOptions
                {
                    Seed = Seed,
                    BatchSize = settings.TrainerOptions.Training.BatchSize,
                    Groups = groups,
                    Cancellation = settings.CancellationToken,
                });
                foreach (var cut in found.Cuts)
                {
                    (string Name, double? Value)[] values = [(RidgeName, cut.RidgeAuroc), ("nearest neighbours AUROC", cut.NearestNeighbour), ("H-score", cut.HScore), ("LogME", cut.LogMe)];
                    scores.AddRange(values.Where(value => value.Value is not null).Select(value => new PlannedFrozenScore(ladder.Planned.Name, cut.Index, value.Name, value.Value!.Value)));
                }
            }
        }

        return scores;
    }

    private List<PlannedCandidate> ListCandidates(List<Ladder> ladders, List<PlannedFrozenScore> frozen)
    {
        var candidates = new List<PlannedCandidate>();
        var found = new HashSet<string>();
        foreach (var ladder in ladders)
        {
            var backbone = ladder.Options.CreateBackbone();
            var strategies = Strategies(ladder, backbone, found).DistinctBy(strategy => strategy.ToString());
            foreach (var strategy in strategies)
            {
                var specification = ladder.Planned.Specify(strategy);
                var cut = specification.Plan.Cut;
                var isRung = strategy is FullTransfer or TruncatedTransfer;
                var name = ladders.Count > 1 ? $"{ladder.Planned.Name}: {strategy}" : strategy.ToString();
                candidates.Add(new PlannedCandidate
                {
                    Index = candidates.Count,
                    Name = name,
                    Folder = FormattableString.Invariant($"{candidates.Count + 1:000}-{Slug(name)}"),
                    Strategy = strategy.ToString(),
                    Ladder = ladder.Planned.Name,
                    CutName = cut.Name,
                    Cut = isRung ? cut.Index : null,
                    Stage = isRung ? cut.Stage : null,
                    IsFullTransfer = strategy is FullTransfer,
                    ParameterCount = specification.ParameterCount,
                    MacCount = specification.MacCount,
                    FrozenScore = isRung ? frozen.FirstOrDefault(score => score.Ladder == ladder.Planned.Name && score.Cut == cut.Index && score.Score == RidgeName)?.Value : null,
                });
            }
        }

        var wanted = settings.Strategies.Select(strategy => strategy.ToString()).Concat(settings.Cuts ?? []);
        if (wanted.FirstOrDefault(name => !found.Contains(name)) is { } missing)
        {
            throw new ArgumentException($"No backbone of the experiment has what '{missing}' needs. The cuts of {ladders[0].Planned.Backbone} are {string.Join(", ", ladders[0].Options.CreateBackbone().Cuts.Select(cut => cut.Name))}.", nameof(settings));
        }

        return candidates.Count > 0
            ? candidates
            : throw new ArgumentException("There is nothing to compare: without pretrained weights there is nothing to transfer. Give weights, or strategies that need none.", nameof(settings));
    }

    // From the input upwards, with full transfer as the top rung; then what the user wants to see besides.
    private IEnumerable<TransferStrategy> Strategies(Ladder ladder, Backbone backbone, HashSet<string> found)
    {
        var top = backbone.Cuts[^1].Name;
        if (ladder.Rows.Weights is not null)
        {
            foreach (var cut in backbone.Cuts.Where(cut => settings.Cuts?.Contains(cut.Name) ?? true))
            {
                found.Add(cut.Name);
                if (cut.Name != top)
                {
                    yield return TransferStrategy.Truncated(cut.Name);
                }
            }

            yield return TransferStrategy.Full();
        }

        foreach (var strategy in settings.Strategies)
        {
            ArgumentNullException.ThrowIfNull(strategy);
            if (strategy.NeedsPretrainedWeights && ladder.Rows.Weights is null)
            {
                continue;
            }

            try
            {
                ladder.Planned.Specify(strategy);
            }
            catch (CutNotFoundException)
            {
                // Another backbone of the experiment may have the cut.
                continue;
            }

            found.Add(strategy.ToString());
            if (strategy is not TruncatedTransfer { Cut: var cut } || cut != top)
            {
                yield return strategy;
            }
        }
    }

    private List<PlannedCandidate> Measure(List<PlannedCandidate> candidates, List<Ladder> ladders)
    {
        var measured = new Dictionary<string, (double, long)>();
        return candidates.ConvertAll(candidate =>
        {
            report(ExperimentStage.Measuring, $"{candidate.Name} is measured.");
            var ladder = ladders.Single(other => other.Planned.Name == candidate.Ladder);
            var specification = ladder.Planned.Specify(candidate.ParseStrategy());

            // Strategies that differ only in what is trained have the same network.
            var network = FormattableString.Invariant($"{candidate.Ladder} {specification.Plan.Cut.Name} {specification.ParameterCount}");
            if (!measured.TryGetValue(network, out var cost))
            {
                cost = ModelMeter.Measure(specification, ladder.Planned.Normalization(), settings.CancellationToken);
                measured.Add(network, cost);
            }

            var (milliseconds, bytes) = cost;
            return candidate with { MillisecondsPerImage = milliseconds, ModelBytes = bytes, Pruned = Limit(candidate, milliseconds, bytes) };
        });
    }

    private string? Limit(PlannedCandidate candidate, double milliseconds, long bytes) =>
        candidate.ParameterCount > settings.MaxParameters ? FormattableString.Invariant($"{candidate.ParameterCount:N0} parameters exceed the limit of {settings.MaxParameters:N0}.")
        : milliseconds > settings.MaxMilliseconds ? FormattableString.Invariant($"{milliseconds:0.00} ms an image exceed the limit of {settings.MaxMilliseconds:0.00} ms.")
        : bytes > settings.MaxModelBytes ? FormattableString.Invariant($"{bytes:N0} bytes exceed the limit of {settings.MaxModelBytes:N0}.")
        : null;

    private static string Slug(string name)
    {
        var letters = name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.' ? letter : '-').ToArray();
        var slug = string.Join('-', new string(letters).Split('-', StringSplitOptions.RemoveEmptyEntries)).Trim('.');
        return slug.Length > 60 ? slug[..60] : slug;
    }

    // A backbone with its options and its rows.
    private sealed record Ladder(PlannedLadder Planned, NetworkTrainingOptions Options, PreparedRows Rows);
}
