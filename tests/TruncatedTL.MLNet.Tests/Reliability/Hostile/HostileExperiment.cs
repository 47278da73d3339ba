using Microsoft.ML;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Tests.Imaging.Samples;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tests.Reliability.Hostile;

/// <summary>The files of an experiment that has been planned, with two epochs of two candidates as if they had been trained.</summary>
internal static class HostileExperiment
{
    private const string Planned = "planned";

    private static readonly Lazy<string> Original = new(Create);

    /// <summary>Files of the experiment as samples.</summary>
    public static IReadOnlyList<SampleFile> Samples(string target, params string[] names) =>
        [.. names.Select(name => HostileTargets.Text(target, name, File.ReadAllText(Directory.EnumerateFiles(Original.Value, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First())))];

    /// <summary>Reads a plan and all that is made of its texts.</summary>
    public static void ReadPlan(byte[] content, string name, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "plan.json"), content);
        var experiment = new ExperimentFolder(folder);
        var plan = experiment.ReadPlan()!;
        foreach (var candidate in plan.Candidates)
        {
            candidate.ToSearch();
            RequireInside(folder, experiment.Run(candidate, 0).FullPath);
            RequireInside(folder, experiment.DataPath(plan.LadderOf(candidate).DataFolder));
            plan.LadderOf(candidate).Normalization();
            plan.LadderOf(candidate).Specify(candidate.ParseStrategy());
        }
    }

    /// <summary>Reads how far a run is.</summary>
    public static void ReadStatus(byte[] content, string name, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, "status.json"), content);
        var status = new RunFolder(folder).ReadStatus();
        if (status.Epochs.Count > 0)
        {
            status.BestEpoch(null);
        }
    }

    /// <summary>Reads the smaller files.</summary>
    public static void ReadOther(byte[] content, string name, string folder)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        object? read = name switch
        {
            "round.json" => ExperimentFolder.ReadJson<RoundEntry[]>(path),
            "decisions.json" => ExperimentFolder.ReadJson<List<string>>(path),
            "result.json" => ExperimentFolder.ReadJson<StoredResult>(path),
            _ => ExperimentFolder.ReadJson<TestRows>(path),
        };
        GC.KeepAlive(read);
    }

    /// <summary>Opens rows and reads the first and the last image.</summary>
    public static void ReadRows(byte[] content, string name, string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, name), content);
        var images = Path.Combine(folder, "training.images");
        if (!File.Exists(images))
        {
            File.Copy(Directory.EnumerateFiles(Original.Value, "training.images", SearchOption.AllDirectories).First(), images);
        }

        if (StoredRows.Open(folder, "training") is { } rows)
        {
            var store = rows.Training.Images;
            var bytes = new byte[store.ImageLength * ImageStore.BytesOf(store.ElementType)];
            store.CopyRaw(0, bytes);
            store.CopyRaw(store.Count - 1, bytes);
        }
    }

    /// <summary>Asks a whole experiment, with one file damaged, what there is to train next.</summary>
    public static void ReadFolder(byte[] content, string name, string folder)
    {
        var path = Path.Combine(folder, Planned);
        if (!Directory.Exists(path))
        {
            Copy(Original.Value, path);
        }

        var file = Directory.EnumerateFiles(path, name, SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var intact = File.ReadAllBytes(file);
        File.WriteAllBytes(file, content);
        try
        {
            ExperimentTrials.Pending(path);
        }
        finally
        {
            File.WriteAllBytes(file, intact);
        }
    }

    private static void RequireInside(string folder, string path)
    {
        if (!Path.GetFullPath(path).StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"'{path}' is outside of the experiment's folder.");
        }
    }

    // Times and measurements are set, so that every process has the same samples.
    private static string Create()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("truncatedtl-hostile-").FullName, Planned);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        var context = new MLContext(1);
        var (train, validation, _) = Experiments.Samples.Rows(context);
        Experiments.Samples.Experiment(context, path).Prepare(train, validation);
        var folder = new ExperimentFolder(path);
        var plan = folder.ReadPlan()!;
        plan = plan with
        {
            Created = DateTimeOffset.UnixEpoch,
            PlanningSeconds = 1,
            Candidates = [.. plan.Candidates.Select(candidate => candidate with { MillisecondsPerImage = 1 })],
        };
        ExperimentFolder.WriteJson(folder.PlanPath, plan);
        foreach (var candidate in plan.Candidates.TakeLast(2))
        {
            var random = new Random(candidate.Index);
            EpochEntry Epoch(int epoch) => new(
                new EpochMetrics { Epoch = epoch, MaxEpochs = 4, Phase = TrainingPhase.FineTune, LearningRate = 0.001, TrainLoss = 0.5, TrainAccuracy = 0.5, IsBest = true, ElapsedSeconds = epoch, ImagesPerSecond = 9 },
                RequestPurpose.Search, 1);
            folder.Run(candidate, 0).WriteStatus(new RunStatus { Epochs = [Epoch(1), Epoch(2)] });
            foreach (var epoch in new[] { 1, 2 })
            {
                folder.Run(candidate, 0).WriteScores(epoch, [.. Enumerable.Range(0, 40 * plan.Ladders[0].Outputs).Select(_ => random.NextSingle())]);
            }
        }

        ExperimentTrials.WriteRound(path);
        ExperimentFolder.WriteJson(folder.DecisionsPath, new List<string> { "The references are trained." });
        ExperimentFolder.WriteJson(folder.TestPath, new TestRows([0, 1, 1], [1, 2, 3]));
        ExperimentFolder.WriteJson(folder.ResultPath, new StoredResult { Winner = 1, WinnerName = "Full", Reason = "It is good.", EndedEarly = null, Scores = [new StoredScore("Full", TrialState.Finished, 0.5, 4)] });
        return path;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
