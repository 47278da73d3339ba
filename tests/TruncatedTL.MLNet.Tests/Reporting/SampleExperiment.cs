using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tests.Reporting;

/// <summary>Inputs of a report by formula, the same on every machine: what a search over cut networks might have found.</summary>
internal sealed class SampleExperiment
{
    private static readonly string[] Cuts =
        ["stem", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1", "layer4.0", "layer4.1"];

    /// <summary>Classes; two make a yes-or-no question.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = ["benign", "malignant"];

    public int Sets { get; init; } = 1;

    public int Rows { get; init; } = 240;

    /// <summary>Rows of a patient; 0 where rows are independent.</summary>
    public int RowsPerPatient { get; init; }

    public bool HasTest { get; init; } = true;

    public IReadOnlyList<string> Ladders { get; init; } = ["resnet18 (bundled)"];

    public int CutsPerLadder { get; init; } = Cuts.Length;

    public string MetricName { get; init; } = "AUROC";

    public string Title { get; init; } = "Breast ultrasound, 64 px";

    public IReadOnlyList<ReportExample> Examples { get; init; } = [];

    private bool IsBinary => ClassNames.Count == 2;

    public ReportInput Create()
    {
        var sets = Enumerable.Range(0, Sets).Select(s => Labelled(Sets == 1 ? "validation" : $"fold {s + 1}")).ToArray();
        var test = HasTest ? Labelled("test") : null;
        var trials = new List<ReportTrial>();
        foreach (var (ladder, l) in Ladders.Select((ladder, l) => (ladder, l)))
        {
            for (var c = 0; c < CutsPerLadder; c++)
            {
                trials.Add(Rung(ladder, l, c, trials.Count, sets, test));
            }
        }

        trials.Add(Other("LinearProbe(layer4.1)", "linear probe", trials.Count, sets, test, 1.05));
        trials.Add(Other("FromScratch(layer3.1)", "from scratch", trials.Count, sets, test, 0.9) with { IsControl = true });
        trials.Add(Plain("Truncated(layer2.1) wide", trials.Count, ReportTrialState.Failed, "The loss was not finite in epoch 3."));
        trials.Add(Plain("Truncated(layer4.1) 224 px", trials.Count, ReportTrialState.Pruned, "18.2 ms an image exceed the limit of 15 ms."));
        trials.Add(Plain("TransFusion(layer3.0, slim=2)", trials.Count, ReportTrialState.NotTried, null));
        var winner = trials.FindIndex(trial => trial.Candidate.Cut == Math.Min(6, CutsPerLadder - 1));
        return new ReportInput
        {
            Title = Title,
            Created = new DateTimeOffset(2026, 3, 14, 9, 26, 0, TimeSpan.Zero),
            MetricName = MetricName,
            IsHigherBetter = MetricName != "log-loss",
            ClassNames = ClassNames,
            IsBinary = IsBinary,
            Validation = sets,
            Test = test,
            Trials = trials,
            Decisions =
            [
                "Frozen features: cuts below layer2.0 score more than .08 under the best and are left out of the first round.",
                "Trained layer2.1, layer3.1 and layer4.1 for 6 epochs: layer3.1 leads by .011.",
                "Trained layer3.0 and layer4.0, the neighbours of the leader, for 12 epochs.",
                "layer3.0 is .021 below layer3.1, which is more than the tolerance of .012; layer3.1 stays.",
                "Brought layer3.1 and full transfer to their end.",
            ],
            Winner = winner,
            WinnerReason = "layer3.1 is the smallest network whose score lies within the tolerance of the best.",
            Tolerance = MetricName == "AUROC" ? 0.012 : 0.03,
            Ledger = Ledger(trials),
            Data =
            [
                ("Images", "780 (546 training, 78 validation, 156 test)"), ("Classes", string.Join(", ", ClassNames)), ("Patients", "no column names them: rows count as independent"),
                ("Split", "stratified by class, seed 1"), ("Leak check", "no image and no patient on two sides"), ("Near duplicates", "57 pairs across parts (difference hash, distance at most 4)"),
                ("Hash of the images", "sha256 9f2c41d7a0b35e6688cf10e2d94b7a53"),
            ],
            ClassCounts = [.. new[] { ("training", 546), ("validation", Rows * Sets), ("test", 156) }.SelectMany(part => ClassNames.Select((name, c) => (part.Item1, name, part.Item2 / (c + 2), RowsPerPatient > 0 ? (int?)(part.Item2 / (c + 2) / RowsPerPatient) : null)))],
            Settings = [("Search", "Guided, tolerance from paired standard errors"), ("Most epochs", "30"), ("Early stopping", "5 epochs without improvement"), ("Batch size", "32"), ("Learning rate", "3E-4, cosine"), ("Augmentation", "ultrasound preset")],
            Environment = [("Processor", "2 cores, 8 GB"), (".NET", "10.0"), ("TorchSharp", "0.107.0"), ("Seed", "1"), ("Weights", "resnet18 (bundled), sha256 41b0c9d2e7f85a36")],
            HowToRepeat = "var result = experiment.Execute(train, validation, test);\n// seed 1, the settings above, and weights with the hash above",
            FrozenScores = [.. Ladders.SelectMany((ladder, l) => Enumerable.Range(0, CutsPerLadder).Select(c => (ladder, c, "cross-validated AUROC", 0.62 + (0.22 * (1 - Math.Exp(-(c + 1) / 2.2))) - (0.01 * l) - (c > 6 ? 0.01 : 0))))],
            Examples = Examples,
        };
    }

    private static ReportLedger Ledger(IReadOnlyList<ReportTrial> trials)
    {
        var trained = trials.Where(trial => trial.Runs.Count > 0).ToArray();
        double Work(ReportTrial trial) => trial.Runs.Sum(run => run.History.Count) * 546.0 * trial.Candidate.MacCount;
        var full = trained.Where(trial => trial.Candidate.IsFullTransfer).Sum(Work) / Math.Max(1, trained.Count(trial => trial.Candidate.IsFullTransfer));
        return new ReportLedger
        {
            SearchWork = trained.Where(trial => !trial.IsControl).Sum(Work) - full,
            ControlWork = trained.Where(trial => trial.IsControl).Sum(Work) + full,
            FullFineTuningWork = full,
            TwoStageWork = 5.2 * full,
            ExhaustiveWork = 7.9 * full,
            SearchSeconds = trained.Sum(trial => trial.TrainingSeconds),
            ControlSeconds = 310,
            OtherSeconds = 24,
            Basis = "Expected figures take the epochs that full transfer needed for every network.",
            Entries = [.. trained.Select(trial => (trial.Candidate.Name, 1, trial.Runs[0].History.Count, trial.Candidate.IsFullTransfer || trial.IsControl ? RequestPurpose.Control : RequestPurpose.Search, Work(trial), trial.TrainingSeconds))],
        };
    }

    private ReportTrial Rung(string ladder, int l, int c, int index, ReportRows[] sets, ReportRows? test)
    {
        var isFull = c == CutsPerLadder - 1;
        var parameters = (long)(11_170_000 * Math.Pow(0.5, (CutsPerLadder - 1 - c) * 7.2 / Math.Max(1, CutsPerLadder - 1))) * (l + 1);
        var isFinished = isFull || c is 5 or 6 || CutsPerLadder == 1;
        var quality = 1.45 * (1 - Math.Exp(-(c + 1.6) / 2.4)) - (l * 0.12) - (isFinished ? 0 : 0.1) - (c == 5 ? 0.14 : 0);
        var name = (isFull ? "Full" : $"Truncated({Name(c)})") + (Ladders.Count > 1 ? " " + ladder : string.Empty);
        var isTrained = isFinished || c >= 2;
        return Trained(
            new ReportTrial
            {
                Candidate = new SearchCandidate { Index = index, Name = name, Ladder = ladder, Cut = c, Stage = Name(c).Split('.')[0], IsFullTransfer = isFull, ParameterCount = parameters, MacCount = 20_000_000 + (c * 16_000_000L) },
                Strategy = isFull ? "Full" : $"Truncated({Name(c)})",
                Backbone = ladder.Split(' ')[0],
                CutName = Name(c),
                State = isFinished ? ReportTrialState.Finished : isTrained ? ReportTrialState.Stopped : ReportTrialState.NotTried,
                IsControl = isFull,
                MillisecondsPerImage = 0.9 + (0.42 * c),
                ModelBytes = parameters * 37 / 10,
            },
            sets,
            test,
            isTrained ? (isFinished ? 22 + (c % 3) : 6) : 0,
            quality,
            isFinished);
    }

    private static string Name(int cut) => cut < Cuts.Length ? Cuts[cut] : $"layer5.{cut - Cuts.Length}";

    private ReportTrial Other(string name, string strategy, int index, ReportRows[] sets, ReportRows? test, double quality) =>
        Trained(Plain(name, index, ReportTrialState.Finished, null) with { Strategy = strategy, MillisecondsPerImage = 3.1, ModelBytes = 10_400_000 }, sets, test, 15, quality, isFinished: true);

    private ReportTrial Plain(string name, int index, ReportTrialState state, string? note) => new()
    {
        Candidate = new SearchCandidate { Index = index, Name = name, Ladder = Ladders[0], ParameterCount = 2_780_000, MacCount = 118_000_000 },
        Strategy = name,
        Backbone = "resnet18",
        CutName = string.Empty,
        State = state,
        Note = note,
    };

    private ReportTrial Trained(ReportTrial trial, ReportRows[] sets, ReportRows? test, int epochs, double quality, bool isFinished)
    {
        if (epochs == 0)
        {
            return trial;
        }

        var noise = new Random(1000 + trial.Candidate.Index);
        return trial with
        {
            Runs = [.. sets.Select((rows, s) => new ReportRun(History(epochs, quality, noise, s), Scores(rows, s, quality, noise)))],
            TestProbabilities = test is null || !isFinished ? null : Scores(test, 99, quality - 0.08, noise),
            TrainingSeconds = epochs * sets.Length * (1.4 + (trial.Candidate.MacCount / 2e7)),
        };
    }

    private static EpochMetrics[] History(int epochs, double quality, Random noise, int seed)
    {
        var best = 0.0;
        return [.. Enumerable.Range(1, epochs).Select(epoch =>
        {
            var progress = 1 - Math.Exp(-epoch / 5.0);
            var validation = 0.69 - (0.34 * progress * quality / 1.4) + (0.0009 * Math.Max(0, epoch - 12) * epoch / 6) + (0.012 * Normal(noise)) + (0.004 * seed);
            var auroc = Math.Min(0.99, 0.60 + (0.28 * progress * quality / 1.4) - (0.0004 * Math.Max(0, epoch - 14) * epoch / 6) + (0.006 * Normal(noise)));
            var isBest = auroc > best;
            best = Math.Max(best, auroc);
            return new EpochMetrics
            {
                Epoch = epoch,
                MaxEpochs = 30,
                Phase = epoch == 1 ? TrainingPhase.Probe : TrainingPhase.FineTune,
                LearningRate = 3e-4 * (0.5 + (0.5 * Math.Cos(Math.PI * epoch / 30))),
                TrainLoss = 0.70 - (0.52 * progress) + (0.01 * Normal(noise)),
                TrainAccuracy = 0.6 + (0.35 * progress),
                ValidationLoss = validation,
                ValidationAccuracy = 0.62 + (0.22 * progress * quality / 1.4),
                ValidationAuroc = auroc,
                ValidationAuprc = Math.Min(0.99, 0.50 + (0.34 * progress * quality / 1.4)),
                IsBest = isBest,
                ElapsedSeconds = epoch * 4.2,
                ImagesPerSecond = 130,
            };
        })];
    }

    private ReportRows Labelled(string name) => new(
        name,
        [.. Enumerable.Range(0, Rows).Select(i => IsBinary ? (i % 3 == 0 ? 1 : 0) : i % ClassNames.Count)],
        RowsPerPatient > 0 ? [.. Enumerable.Range(0, Rows).Select(i => $"p{i / (RowsPerPatient * 3)}-{i % 3}")] : null);

    // Difficulty belongs to the image, so that models agree on what is hard, as real ones do.
    private float[] Scores(ReportRows rows, int set, double quality, Random noise)
    {
        var difficulty = new Random(set + 17);
        if (IsBinary)
        {
            return [.. rows.Labels.Select(label => (float)(1 / (1 + Math.Exp(-((2 * quality * (label - 0.45)) + (1.15 * Normal(difficulty)) + (0.45 * Normal(noise)))))))];
        }

        return [.. rows.Labels.SelectMany(label =>
        {
            var hard = Normal(difficulty);
            var weights = Enumerable.Range(0, ClassNames.Count).Select(c => Math.Exp((c == label ? (1.5 * quality) + hard : 0) + Normal(noise))).ToArray();
            return weights.Select(weight => (float)(weight / weights.Sum()));
        })];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
