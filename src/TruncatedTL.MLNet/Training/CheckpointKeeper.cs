using System.Diagnostics;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Reads the checkpoint of one training at its beginning and writes it when it is due.</summary>
/// <param name="plan">Where and how often.</param>
/// <param name="fingerprint">Of the training.</param>
/// <param name="memory">The tensors.</param>
internal sealed class CheckpointKeeper(CheckpointPlan plan, TrainingFingerprint fingerprint, TrainingMemory memory) : IDisposable
{
    private readonly Stopwatch _sinceWrite = new();
    private FileLock? _lock;
    private TrainingProgress? _pending;

    /// <summary>Loads the checkpoint into the memory; null where there is none yet.</summary>
    /// <param name="specification">What the network is.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="CheckpointException">The checkpoint cannot be read, is that of another training, or another training is writing it.</exception>
    public TrainingProgress? Load(NetworkSpecification specification, TrainingOptions options)
    {
        RequireFolder();
        _lock = TakeLock();
        AtomicFile.DeleteLeftovers(plan.Path);
        var checkpoint = CheckpointFile.Read(plan.Path);
        _sinceWrite.Start();
        if (checkpoint is null)
        {
            return null;
        }

        var differences = fingerprint.DifferencesFrom(checkpoint.Fingerprint, options);
        if (differences.Count > 0)
        {
            const int Shown = 5;
            var more = differences.Count > Shown ? $"; and {differences.Count - Shown} more" : string.Empty;
            throw new CheckpointException(
                $"The checkpoint '{plan.Path}' is that of another training: {string.Join("; ", differences.Take(Shown))}{more}. Make them equal, or move the file away to begin anew.", plan.Path, differences);
        }

        if (checkpoint.Progress.History.Count > options.MaxEpochs)
        {
            throw new CheckpointException(
                $"The checkpoint '{plan.Path}' has {checkpoint.Progress.History.Count} epochs already; {nameof(TrainingOptions.MaxEpochs)} is {options.MaxEpochs}.", plan.Path);
        }

        RequireTensors(checkpoint, specification);
        memory.Load(checkpoint);
        return checkpoint.Progress;
    }

    /// <summary>Takes note of a completed epoch, whose tensors are in the memory, and writes it if it is due.</summary>
    /// <param name="progress">Where the training stands.</param>
    /// <param name="atOnce">True to write in any case.</param>
    public void Offer(TrainingProgress progress, bool atOnce)
    {
        _pending = progress;
        if (atOnce || _sinceWrite.Elapsed.TotalSeconds >= plan.MinimumSeconds)
        {
            Flush();
        }
    }

    /// <summary>Writes what was offered and not written yet.</summary>
    /// <exception cref="CheckpointException">It cannot be written; it can be tried again.</exception>
    public void Flush()
    {
        if (_pending is null)
        {
            return;
        }

        CheckpointFile.Write(plan.Path, fingerprint, _pending, memory);
        _pending = null;
        _sinceWrite.Restart();
    }

    /// <summary>As <see cref="Flush"/>, on the way out with an error that matters more than one of writing.</summary>
    public void TryFlush()
    {
        try
        {
            Flush();
        }
        catch (CheckpointException)
        {
            // The caller hears of the first error; the checkpoint before this one is still there.
        }
    }

    /// <summary>The exception for a content that only shows as damaged when it is used.</summary>
    public CheckpointException Damaged(InvalidDataException error) => new($"The checkpoint '{plan.Path}' is damaged: {error.Message} Move it away to begin anew.", plan.Path, null, error);

    /// <summary>Lets another training have the file.</summary>
    public void Dispose() => _lock?.Dispose();

    // Two trainings would replace each other's file, and each would go on from the other's epochs after an interruption.
    private FileLock TakeLock()
    {
        try
        {
            return FileLock.TryTake($"{plan.Path}.lock")
                ?? throw new CheckpointException($"Another training is using the checkpoint '{plan.Path}'. Wait for it, or give another path.", plan.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The checkpoint '{plan.Path}' cannot be written: {error.Message}", plan.Path, null, error);
        }
    }

    // Said before hours of training, not after.
    private void RequireFolder()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(plan.Path));
        if (Directory.Exists(plan.Path) || !Directory.Exists(folder))
        {
            throw new CheckpointException($"The checkpoint '{plan.Path}' cannot be written: {(Directory.Exists(plan.Path) ? "it is a folder" : "its folder does not exist")}.", plan.Path);
        }
    }

    private void RequireTensors(TrainingCheckpoint checkpoint, NetworkSpecification specification)
    {
        var changing = TrainingMemory.ChangingNames(specification).ToHashSet();
        var expected = specification.Parameters().Where(parameter => changing.Contains(parameter.Name)).Select(parameter => $"{parameter.Name} {string.Join(',', parameter.Shape)}").Order().ToArray();
        foreach (var tensors in new[] { checkpoint.Last, checkpoint.Best })
        {
            if (!tensors.Select(pair => $"{pair.Key} {string.Join(',', pair.Value.Shape)}").Order().SequenceEqual(expected))
            {
                throw new CheckpointException($"The checkpoint '{plan.Path}' is damaged: its tensors are not those of the network.", plan.Path);
            }
        }
    }
}
