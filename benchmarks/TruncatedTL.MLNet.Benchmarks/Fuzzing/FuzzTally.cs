namespace TruncatedTL.MLNet.Benchmarks.Fuzzing;

/// <summary>What became of some inputs. A worker prints one a batch, as a line of JSON, and starts the next from nothing.</summary>
internal sealed record FuzzTally
{
    public int Inputs { get; set; }

    public int Decoded { get; set; }

    /// <summary>Refusals by the type of the exception.</summary>
    public Dictionary<string, int> Refused { get; init; } = [];

    public double SlowestMilliseconds { get; set; }

    public int SlowestIndex { get; set; }

    public long PeakBytes { get; set; }

    /// <summary>Inputs that ended in anything but an image or an image data exception.</summary>
    public List<FuzzFailure> Failures { get; init; } = [];

    /// <summary>Adds another batch.</summary>
    public void Add(FuzzTally other)
    {
        Inputs += other.Inputs;
        Decoded += other.Decoded;
        foreach (var (type, count) in other.Refused)
        {
            Refused[type] = Refused.GetValueOrDefault(type) + count;
        }

        if (other.SlowestMilliseconds > SlowestMilliseconds)
        {
            (SlowestMilliseconds, SlowestIndex) = (other.SlowestMilliseconds, other.SlowestIndex);
        }

        PeakBytes = Math.Max(PeakBytes, other.PeakBytes);
        Failures.AddRange(other.Failures);
    }
}
