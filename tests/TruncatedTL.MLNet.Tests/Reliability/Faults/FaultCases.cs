using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Loading;
using TruncatedTL.MLNet.Preparation;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Tests.Experiments;
using TruncatedTL.MLNet.Tests.Reliability.Workers;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Reliability.Faults;

/// <summary>Full disks, missing rights, damaged and vanishing files.</summary>
internal static class FaultCases
{
    private const int Images = 20;
    private const int CorruptPercent = 30;
    private const int Nobody = 65534;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("disk full while a checkpoint is written", "CheckpointException that names the file; the epochs before stay; with room again the training goes on to the same bits", DiskFullInTraining),
        new("disk full while an experiment is stored", "IOException, or CheckpointException within a training; with room again the same call goes on to the same result", DiskFullInExperiment),
        new("disk full while weights are saved", "IOException; the old file stays, no temporary file", DiskFullSavingWeights),
        new("a device that is always full", "IOException", AlwaysFull),
        new("read-only folder for a checkpoint", "CheckpointException before the first epoch", folder => ReadOnly(folder, "fit", nameof(CheckpointException))),
        new("read-only folder for an experiment", "IOException before the first epoch", folder => ReadOnly(folder, "experiment", nameof(IOException))),
        new("no right to write the folder of a checkpoint", "CheckpointException before the first epoch", folder => NoRight(folder, "fit", nameof(CheckpointException))),
        new("no right to write the folder of an experiment", "UnauthorizedAccessException before the first epoch", folder => NoRight(folder, "experiment", nameof(UnauthorizedAccessException))),
        new($"{CorruptPercent} % of the images corrupt, OnUnreadable = Fail", "an ImageDataException that names a corrupt file", CorruptAndFail),
        new($"{CorruptPercent} % of the images corrupt, OnUnreadable = Skip", "the others become rows; the report has each corrupt file with its reason", CorruptAndSkip),
        new("image removed between loading and training, no memory for pixels", "an exception that names the file; nothing is trained", RemovedImage),
        new("images of an experiment removed while it is away", "ExperimentException that names the folder", RemovedRows),
        new("checkpoint removed between two calls", "the training begins anew and ends in the same bits", RemovedCheckpoint),
        new("no validation rows", "TrainingDataException before anything is trained", NoValidationRows),
    ];

    private static string DiskFullInTraining(string folder)
    {
        var temporary = Path.Combine(folder, "tmp");
        var undisturbed = Worked("fit", Path.Combine(folder, "a"), temporary);
        var size = (int)(new FileInfo(Path.Combine(folder, "a", WorkerProgram.Checkpoint)).Length >> 10);

        // Room for one checkpoint and a half: the first is written, the second one beside it is not.
        using var disk = Mount.SmallDisk(Path.Combine(folder, "disk"), (size * 3 / 2) + 8);
        var (code, last, epochs) = Work("fit", disk.Path, temporary);
        Require(code == 3 && last.StartsWith($"error {nameof(CheckpointException)}", StringComparison.Ordinal) && last.Contains(WorkerProgram.Checkpoint, StringComparison.Ordinal), last);
        var kept = FolderCheck.EpochsInCheckpoint(disk.Path);
        Require(kept >= 1 && kept == epochs.Length, $"{kept} epochs are kept, {epochs.Length} were told");
        Require(FolderCheck.Leftovers(disk.Path).Length == 0, "a temporary file is left");
        disk.Grow(64 << 10);
        var (_, result, rest) = Worked("fit", disk.Path, temporary);
        Require(result == undisturbed.Result && rest.Length == WorkerProgram.Epochs - kept, "the result differs");
        return $"CheckpointException; {kept} epochs kept, {rest.Length} trained later, same result";
    }

    private static string DiskFullInExperiment(string folder)
    {
        var temporary = Path.Combine(folder, "tmp");
        var undisturbed = Worked("experiment", Path.Combine(folder, "a"), temporary);
        using var disk = Mount.SmallDisk(Path.Combine(folder, "disk"), 16);
        var said = new List<string>();
        var trained = 0;

        // Again and again with a little more room, so that every step meets the end of the disk.
        foreach (var kilobytes in new[] { 200, 14_000, 20_000, 30_000, 45_000, 256 << 10 })
        {
            disk.Grow(kilobytes);
            var (code, last, epochs) = Work("experiment", disk.Path, temporary);
            trained += epochs.Length;
            Require(FolderCheck.Leftovers(disk.Path).Length == 0, "a temporary file is left");
            if (code == 0)
            {
                Require(last == undisturbed.Result, "the result differs");
                Require(trained == undisturbed.Epochs.Length, $"{trained} epochs instead of {undisturbed.Epochs.Length}");
                return $"{string.Join(", ", said.GroupBy(type => type).Select(group => $"{group.Count()} x {group.Key}"))} at {said.Count} sizes of the disk, then the same result; no epoch trained twice";
            }

            Require(code == 3 && last.Contains("No space left", StringComparison.Ordinal), last);
            said.Add(last.Split(' ')[1].TrimEnd(':'));
        }

        throw new FaultException("the disk was never large enough");
    }

    private static string DiskFullSavingWeights(string folder)
    {
        using var disk = Mount.SmallDisk(Path.Combine(folder, "disk"), 16);
        var path = Path.Combine(disk.Path, "a.safetensors");
        Weights(16).SaveSafetensors(path);
        var old = File.ReadAllBytes(path);
        var error = Caught(() => Weights(1 << 16).SaveSafetensors(path));
        Require(error is IOException, $"{error}");
        Require(File.ReadAllBytes(path).SequenceEqual(old) && Directory.GetFiles(disk.Path).Length == 1, "the old file or the folder has changed");
        return "IOException; the old file is there, nothing else";
    }

    private static string AlwaysFull(string folder)
    {
        const string Device = "/dev/full";
        if (!File.Exists(Device))
        {
            throw new NotSupportedException($"there is no {Device}");
        }

        var error = Caught(() =>
        {
            using var stream = new FileStream(Device, FileMode.Open, FileAccess.Write);
            Weights(1 << 12).SaveSafetensors(stream);
            stream.Flush();
        });
        Require(error is IOException, $"{error}");
        return "IOException";
    }

    private static string ReadOnly(string folder, string kind, string expected)
    {
        var work = Directory.CreateDirectory(Path.Combine(folder, "work")).FullName;
        using var mount = Mount.ReadOnly(work, Path.Combine(folder, "mount"));
        return Refused(kind, mount.Path, Path.Combine(folder, "tmp"), user: null, expected);
    }

    private static string NoRight(string folder, string kind, string expected)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new NotSupportedException("becoming another user is tried on Linux as root only");
        }

        if (Array.Exists(typeof(CheckpointFile).Assembly.GetTypes(), type => type.FullName!.StartsWith("Coverlet.", StringComparison.Ordinal)))
        {
            throw new NotSupportedException("the collector of coverage writes its file as this user only");
        }

        var work = Directory.CreateDirectory(Path.Combine(folder, "work")).FullName;
        var temporary = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(temporary, (UnixFileMode)0b111_111_111);
        return Refused(kind, work, temporary, Nobody, expected);
    }

    private static string Refused(string kind, string work, string temporary, int? user, string expected)
    {
        using var worker = new WorkerProcess(kind, work, user, temporary);
        var (code, errors) = worker.Finish();
        var last = worker.Lines.Count > 0 ? worker.Lines[^1].Line : errors;
        Require(code == 3 && last.StartsWith($"error {expected}: ", StringComparison.Ordinal), $"{last} {errors}");
        Require(!worker.Lines.Any(line => line.Line.StartsWith("epoch", StringComparison.Ordinal)), "an epoch was trained");
        Require(Directory.GetFileSystemEntries(work).Length == 0, "something was written");
        return expected;
    }

    private static string CorruptAndFail(string folder)
    {
        var corrupt = WriteImages(folder);
        var error = Caught(() => new MLContext(1).Data.LoadImageFiles(folder, Options()));
        Require(error is ImageDataException && corrupt.Any(path => error.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal)), $"{error}");
        return $"{error!.GetType().Name} that names the file";
    }

    private static string CorruptAndSkip(string folder)
    {
        var corrupt = WriteImages(folder);
        var rows = new MLContext(1).Data.LoadImageFiles(folder, Options() with { OnUnreadable = UnreadableImages.Skip }, out var report);
        Require(rows.GetColumn<string>("ImagePath").Count() == Images - corrupt.Length && report.Loaded == Images - corrupt.Length, $"{report}");
        Require(report.Skipped.Select(skipped => skipped.Path).Order().SequenceEqual(corrupt.Order()) && report.Skipped.All(skipped => skipped.Reason.Length > 0), $"{report}");
        return $"{report.Loaded} rows; {report.Skipped.Count} files in the report";
    }

    private static string RemovedImage(string folder)
    {
        WriteImages(folder, percent: 0);
        var context = new MLContext(1);
        var rows = context.Data.LoadImageFiles(folder, Options() with { MemoryLimitBytes = 0 });
        var removed = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories)[3];
        File.Delete(removed);
        var epochs = 0;
        var error = Caught(() => Trainers.Multiclass(context, options =>
        {
            options.MetricsCallback = _ => epochs++;
            options.LabelColumnName = "Key";
        }).Fit(context.Transforms.Conversion.MapValueToKey("Key", "Label").Fit(rows).Transform(rows)).Dispose());
        var chain = new List<Exception>();
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            chain.Add(inner);
        }

        Require(epochs == 0 && chain.Any(one => one.Message.Contains(Path.GetFileName(removed), StringComparison.Ordinal)), $"{error}");
        return $"{error!.GetType().Name} that names the file, no epoch trained";
    }

    private static string RemovedRows(string folder)
    {
        var context = new MLContext(1);
        var (train, validation, _) = Samples.Rows(context);
        var path = Path.Combine(folder, "e");
        Samples.Experiment(context, path).Prepare(train, validation);
        foreach (var file in Directory.GetFiles(Path.Combine(path, "data"), "*.images", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        ExperimentTrials.WriteRound(path);
        var error = Caught(() => ExperimentTrials.Run(path, 0));
        Require(error is ExperimentException && error.Message.Contains(Path.Combine(path, "data"), StringComparison.Ordinal), $"{error}");
        return "ExperimentException that names the folder";
    }

    private static string RemovedCheckpoint(string folder)
    {
        var context = new MLContext(1);
        var rows = SyntheticImages.View(context, 16);
        var path = Path.Combine(folder, "a.checkpoint");
        float[] Scores()
        {
            using var model = Trainers.Binary(context, options =>
            {
                options.CheckpointPath = path;
                options.Training.Seed = 1;
            }).Fit(rows);
            return [.. model.Transform(rows).GetColumn<float>("Score")];
        }

        var first = Scores();
        File.Delete(path);
        Require(Scores().SequenceEqual(first), "the result differs");
        return "trained anew, same bits";
    }

    private static string NoValidationRows(string folder)
    {
        var context = new MLContext(1);
        var rows = SyntheticImages.View(context, 16);
        var epochs = 0;
        var error = Caught(() => Trainers.Binary(context, options =>
        {
            options.ValidationSet = context.Data.SkipRows(rows, 16);
            options.MetricsCallback = _ => epochs++;
        }).Fit(rows).Dispose());
        Require(error is TrainingDataException && epochs == 0, $"{error}");
        return "TrainingDataException, no epoch trained";
    }

    private static (int Code, string Last, string[] Epochs) Work(string kind, string work, string temporary)
    {
        using var worker = new WorkerProcess(kind, work, temporaryFolder: temporary);
        var (code, errors) = worker.Finish();
        Require(code is 0 or 3, errors);
        var lines = worker.Lines.Select(line => line.Line).ToArray();
        return (code, code == 0 ? lines[^2] : lines[^1], [.. lines.Where(line => line.StartsWith("epoch ", StringComparison.Ordinal))]);
    }

    private static (int Code, string Result, string[] Epochs) Worked(string kind, string work, string temporary)
    {
        Directory.CreateDirectory(work);
        var end = Work(kind, work, temporary);
        Require(end.Code == 0, end.Last);
        return end;
    }

    private static ImageLoadOptions Options() => new() { Preparation = new ImagePreparation([16, 16]) };

    // Cut in the middle, or zeros from there on: both happen to files on broken disks.
    private static string[] WriteImages(string folder, int percent = CorruptPercent)
    {
        var random = new Random(1);
        var corrupt = new List<string>();
        for (var i = 0; i < Images; i++)
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, i % 2 == 0 ? "no" : "yes")).FullName, $"{i:00}.png");
            var pixels = new byte[3 * 16 * 16];
            random.NextBytes(pixels);
            PngFile.Write(path, pixels, 16, 16);
            if (i * 100 < Images * percent)
            {
                var content = File.ReadAllBytes(path);
                content.AsSpan(content.Length / 2).Clear();
                File.WriteAllBytes(path, i % 2 == 0 ? content : content[..(content.Length / 2)]);
                corrupt.Add(path);
            }
        }

        return [.. corrupt];
    }

    private static WeightsFile Weights(int count) => new(new Dictionary<string, TensorData> { ["a"] = new(TensorElementType.Float32, [count], new byte[4 * count]) });

    private static Exception? Caught(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static void Require(bool isAsPromised, string observed)
    {
        if (!isAsPromised)
        {
            throw new FaultException(observed);
        }
    }
}
