using System.Globalization;
using System.Runtime.InteropServices;
using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>The folder of one training: <c>status.json</c>, <c>checkpoint.safetensors</c>, <c>scores/NNNN.f32</c>, <c>log.txt</c>, <c>lock</c>.</summary>
/// <param name="path">Where it is.</param>
internal sealed class RunFolder(string path)
{
    public string FullPath => path;

    public string CheckpointPath => Path.Combine(path, "checkpoint.safetensors");

    public string StatusPath => Path.Combine(path, "status.json");

    public string LockPath => Path.Combine(path, "lock");

    public string LogPath => Path.Combine(path, "log.txt");

    /// <summary>How far the training is.</summary>
    /// <exception cref="ExperimentException">The status cannot be understood.</exception>
    public RunStatus ReadStatus()
    {
        var status = ExperimentFolder.ReadJson<RunStatus>(StatusPath) ?? RunStatus.None;
        return status.IsConsistent()
            ? status
            : throw new ExperimentException($"'{StatusPath}' does not list epochs from 1 on, of which the first one is a best one. Delete the folder '{path}'; its training then begins anew.");
    }

    /// <summary>Says how far the training is.</summary>
    public void WriteStatus(RunStatus status) => ExperimentFolder.WriteJson(StatusPath, status);

    /// <summary>Keeps the validation logits of an epoch.</summary>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="logits">Logits, row-major [rows, outputs]; in the file as little-endian float32.</param>
    public void WriteScores(int epoch, float[] logits)
    {
        Directory.CreateDirectory(Path.Combine(path, "scores"));
        AtomicFile.Write(ScoresPath(epoch), stream => stream.Write(MemoryMarshal.AsBytes(logits.AsSpan())));
    }

    /// <summary>The validation logits of an epoch.</summary>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="count">How many values there must be.</param>
    /// <exception cref="ExperimentException">They are not there.</exception>
    public float[] ReadScores(int epoch, int count)
    {
        var file = ScoresPath(epoch);
        var info = new FileInfo(file);
        if (!info.Exists || info.Length != (long)count * sizeof(float))
        {
            throw new ExperimentException($"The validation scores '{file}' are missing or have another length. Delete the folder '{path}'; its training then begins anew.");
        }

        var logits = new float[count];
        using var stream = info.OpenRead();
        stream.ReadExactly(MemoryMarshal.AsBytes(logits.AsSpan()));
        return logits;
    }

    /// <summary>Adds a line to the log, which is there for people only.</summary>
    public void Log(string line)
    {
        Directory.CreateDirectory(path);
        File.AppendAllText(LogPath, $"{DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture)} {line}\n");
    }

    private string ScoresPath(int epoch) => Path.Combine(path, "scores", epoch.ToString("0000", CultureInfo.InvariantCulture) + ".f32");
}
