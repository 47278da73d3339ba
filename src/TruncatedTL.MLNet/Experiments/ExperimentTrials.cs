using TruncatedTL.MLNet.Native;
using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Training;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>
/// The trainings of a planned experiment, to be shared out among processes and machines that see its folder: a scheduler's job array trains what is pending, one job each, until nothing is pending any
/// more; <c>Execute</c> then merges what it finds, without training anything again.
/// </summary>
/// <remarks>A step of the search depends on the one before, so that there may be several rounds. Within a round the trainings are independent of each other.</remarks>
public static class ExperimentTrials
{
    /// <summary>The trainings that the search wants next; empty when it can choose.</summary>
    /// <param name="workingFolder">The experiment's folder, which has a plan.</param>
    /// <exception cref="ExperimentException">There is no plan, or it cannot be understood.</exception>
    public static IReadOnlyList<PendingTrial> Pending(string workingFolder)
    {
        var (folder, plan, driver, _) = Open(workingFolder, CPU);
        return [.. driver.Pending().Select((pending, index) => new PendingTrial(
            index,
            pending.Request.Candidate.Name,
            plan.Sets[pending.Set].Name,
            pending.Request.Epochs,
            folder.Run(plan.Candidates[pending.Request.Candidate.Index], pending.Set).FullPath))];
    }

    /// <summary>Writes the list of what is pending into the folder, so that the jobs of an array see the same list while they change what is pending.</summary>
    /// <param name="workingFolder">The experiment's folder, which has a plan.</param>
    /// <returns>The list.</returns>
    /// <exception cref="ExperimentException">There is no plan, or it cannot be understood.</exception>
    public static IReadOnlyList<PendingTrial> WriteRound(string workingFolder)
    {
        var (folder, _, driver, _) = Open(workingFolder, CPU);
        ExperimentFolder.WriteJson(folder.RoundPath, driver.Pending()
            .Select(pending => new RoundEntry(pending.Request.Candidate.Index, pending.Set, pending.Request.Epochs, pending.Request.Purpose))
            .ToArray());
        return Pending(workingFolder);
    }

    /// <summary>Carries out one training of the round that was written last; where it is done already, nothing happens.</summary>
    /// <param name="workingFolder">The experiment's folder.</param>
    /// <param name="index">Place of the training in the round, from 0.</param>
    /// <param name="useGpu">Whether to train on the first GPU.</param>
    /// <param name="progress">Told each epoch.</param>
    /// <param name="cancellation">Stops within one batch; completed epochs are kept.</param>
    /// <returns>Whether the candidate could be trained; what failed is in its folder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The round has no such training.</exception>
    /// <exception cref="ExperimentException">There is no plan or no round.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="IOException">The folder cannot be written; what was complete is kept.</exception>
    /// <exception cref="TorchBackendException">libtorch cannot be loaded, or sees no GPU where one is asked for.</exception>
    public static bool Run(string workingFolder, int index, bool useGpu = false, IProgress<EpochMetrics>? progress = null, CancellationToken cancellation = default)
    {
        TorchRuntime.EnsureLoaded();
        if (useGpu && !cuda.is_available())
        {
            throw new TorchBackendException(TorchBackendFailureCause.BackendPackageMissing, "A GPU is asked for, but TorchSharp sees none. Build the application with -p:TorchBackend=cuda-linux (or cuda-windows).");
        }

        var (folder, plan, _, runner) = Open(workingFolder, useGpu ? CUDA : CPU);
        var round = ExperimentFolder.ReadJson<RoundEntry[]>(folder.RoundPath)
            ?? throw new ExperimentException($"The experiment in '{workingFolder}' has no round of trainings. Write one first.");
        if (index < 0 || index >= round.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The round has {round.Length} trainings, counted from 0.");
        }

        var entry = round[index];
        if (entry is null || entry.Candidate < 0 || entry.Candidate >= plan.Candidates.Count || entry.Set < 0 || entry.Set >= plan.Sets.Count)
        {
            throw new ExperimentException($"'{folder.RoundPath}' speaks of trainings that the plan does not have. Write the round anew.");
        }

        return runner.Run(plan.Candidates[entry.Candidate], entry.Set, entry.Epochs, entry.Purpose, metrics => progress?.Report(metrics), cancellation).Error is null;
    }

    /// <summary>Writes the report of what has been trained by now: <c>report.html</c>, which needs no network, and the same as JSON and tables.</summary>
    /// <param name="workingFolder">The experiment's folder.</param>
    /// <returns>The path of the page.</returns>
    /// <exception cref="ExperimentException">There is no plan, or a file cannot be understood.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string WriteReport(string workingFolder)
    {
        var (folder, plan, _, _) = Open(workingFolder, CPU);
        return WriteReport(folder, plan);
    }

    internal static string WriteReport(ExperimentFolder folder, ExperimentPlan plan)
    {
        ExperimentReport.Write(new ReportAssembler(folder, plan, new ExperimentData(folder, plan)).Assemble(), folder.FullPath);
        return Path.Combine(folder.FullPath, ExperimentReport.PageName);
    }

    private static (ExperimentFolder Folder, ExperimentPlan Plan, SearchDriver Driver, TrialRunner Runner) Open(string workingFolder, Device device)
    {
        var folder = new ExperimentFolder(workingFolder);
        var plan = folder.ReadPlan() ?? throw new ExperimentException($"There is no plan of an experiment in '{folder.FullPath}'.");
        var data = new ExperimentData(folder, plan);
        var runner = new TrialRunner(folder, plan, data, device);
        return (folder, plan, new SearchDriver(folder, plan, data, plan.ParseSearch(), runner) { MaxTrials = plan.Limits.MaxTrials }, runner);
    }
}
