using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.ML;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Training;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tests.Reliability.Workers;

/// <summary>What lies in a worker's folder, to be looked at after it was killed. Nothing there may pass for whole that is not.</summary>
internal static partial class FolderCheck
{
    /// <summary>Files whose writing was interrupted and that are nobody's any more: beside their target, and in the folder for temporary files.</summary>
    public static string[] Leftovers(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => AtomicTemporary().IsMatch(Path.GetFileName(file)) || Temporary().IsMatch(Path.GetFileName(file)))];

    /// <summary>Whether a leftover is that of a write which a rename would have ended.</summary>
    public static bool IsHalfWritten(string leftover) => AtomicTemporary().IsMatch(Path.GetFileName(leftover));

    /// <summary>Epochs in the checkpoint of a training; 0 where there is none.</summary>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public static int EpochsInCheckpoint(string folder) => CheckpointFile.Read(Path.Combine(folder, WorkerProgram.Checkpoint))?.Progress.History.Count ?? 0;

    /// <summary>The results that a training has saved so far, by name: a hash of the content, or null for a file that its reader refuses.</summary>
    public static Dictionary<string, string?> Saved(string folder)
    {
        var saved = new Dictionary<string, string?>();
        foreach (var name in new[] { WorkerProgram.Zip, WorkerProgram.Weights, WorkerProgram.Onnx })
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                saved.Add(name, name == WorkerProgram.Zip ? HashOfZip(path) : Hash(File.ReadAllBytes(path)));
                if (name == WorkerProgram.Weights)
                {
                    WeightsFile.Load(path);
                }
            }
        }

        return saved;
    }

    /// <summary>Reads all that an experiment keeps; any file that is there is whole.</summary>
    /// <returns>(candidate, set, completed epochs) of all runs.</returns>
    /// <exception cref="ExperimentException">A file is damaged.</exception>
    public static (string Candidate, int Set, int Epochs)[] RunsOf(string path)
    {
        var folder = new ExperimentFolder(path);
        if (folder.ReadPlan() is not { } plan)
        {
            return [];
        }

        // Opens the images and reads all scores of the epochs that a status speaks of.
        var data = new ExperimentData(folder, plan);
        foreach (var set in plan.Sets)
        {
            data.Rows(plan.Ladders[0], set);
        }

        foreach (var candidate in plan.Candidates)
        {
            foreach (var set in Enumerable.Range(0, plan.Sets.Count))
            {
                var (labels, _) = data.ValidationLabels(plan.Sets[set]);
                foreach (var entry in folder.Run(candidate, set).ReadStatus().Epochs)
                {
                    folder.Run(candidate, set).ReadScores(entry.Metrics.Epoch, labels.Length * plan.LadderOf(candidate).Outputs);
                }
            }
        }

        ExperimentFolder.ReadJson<StoredResult>(folder.ResultPath);
        ExperimentFolder.ReadJson<TestRows>(folder.TestPath);
        if (File.Exists(folder.ModelPath) && HashOfZip(folder.ModelPath) is null)
        {
            throw new ExperimentException($"'{folder.ModelPath}' is half written.");
        }

        return [.. from candidate in plan.Candidates from set in Enumerable.Range(0, plan.Sets.Count) select (candidate.Name, set, Reached(folder.Run(candidate, set)))];
    }

    // The status may lag behind the checkpoint by the epoch at which the process was killed.
    private static int Reached(RunFolder run) => Math.Max(run.ReadStatus().Epochs.Count, CheckpointFile.Read(run.CheckpointPath)?.Progress.History.Count ?? 0);

    // Times stand in the zip; what counts are its entries. Null where ML.NET refuses to load it.
    private static string? HashOfZip(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return string.Join('\n', zip.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal).Select(entry =>
            {
                using var stream = entry.Open();
                return $"{entry.FullName} {Convert.ToHexStringLower(SHA256.HashData(stream))}";
            }));
        }
        catch (InvalidDataException)
        {
            try
            {
                new MLContext().Model.Load(path, out _);
            }
            catch (Exception)
            {
                return null;
            }

            throw new InvalidOperationException($"ML.NET loads '{path}', which is half written.");
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    [GeneratedRegex(@"^\..+\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex AtomicTemporary();

    [GeneratedRegex(@"^truncatedtl-(held-)?[0-9a-f]{32}\.")]
    private static partial Regex Temporary();
}
