namespace TruncatedTL.MLNet.Evaluation.Statistics;

/// <summary>
/// Random numbers (Steele et al. 2014) that depend only on a seed and a purpose, so that each resample has its own stream and threads do not
/// change it. Unlike <see cref="Random"/> the sequence is the same in every version of .NET.
/// </summary>
internal struct SplitMix64
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <param name="seed">Seed of the whole.</param>
    /// <param name="stream">Which of the streams of that seed.</param>
    public SplitMix64(int seed, int stream)
    {
        _state = Mix((uint)seed + Increment);
        _state = Mix(_state ^ ((uint)stream * Increment));
    }

    /// <summary>An integer in [0, count).</summary>
    public int NextInt32(int count)
    {
        _state += Increment;
        return (int)Math.BigMul(Mix(_state), (ulong)count, out _);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
