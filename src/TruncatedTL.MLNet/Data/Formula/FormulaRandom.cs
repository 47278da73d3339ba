namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>
/// Pseudo-random numbers that are the same on every machine and in every release, which
/// <see cref="Random"/> does not promise.
/// </summary>
/// <remarks>Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
internal struct FormulaRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    private FormulaRandom(ulong state)
    {
        _state = state;
    }

    /// <summary>A generator that depends on every one of the given numbers.</summary>
    public static FormulaRandom From(int seed, int stream, int first, int second)
    {
        var state = Mix((uint)seed + Step);
        state = Mix(state ^ ((uint)stream * Step));
        state = Mix((state + Step) ^ (uint)first);
        return new FormulaRandom(Mix((state + Step) ^ (uint)second));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        _state += Step;
        return Mix(_state);
    }

    /// <summary>A number from 0 up to but not including 1.</summary>
    public float NextUnit()
    {
        return (NextBits() >> 40) * (1f / (1 << 24));
    }

    /// <summary>A number between two others.</summary>
    public float NextBetween(float low, float high)
    {
        return low + ((high - low) * NextUnit());
    }

    /// <summary>A point with each coordinate between two numbers.</summary>
    public TPoint NextPoint<TPoint>(float low, float high)
        where TPoint : struct, IFormulaPoint<TPoint>
    {
        var (x, y) = (NextBetween(low, high), NextBetween(low, high));
        return TPoint.Create(x, y, TPoint.Rank == 3 ? NextBetween(low, high) : 0f);
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public int NextIndex(int count)
    {
        return (int)(((NextBits() >> 32) * (ulong)count) >> 32);
    }

    /// <summary>True with the given probability.</summary>
    public bool NextFlag(float probability)
    {
        return NextUnit() < probability;
    }

    /// <summary>Brings values into random order (Fisher-Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextIndex(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>
    /// A number of mean 0 and standard deviation 1, close to normally distributed within +-3.46: the sum of four
    /// uniform numbers taken from one draw, which needs neither logarithm nor sine.
    /// </summary>
    public float NextNormal()
    {
        var bits = NextBits();
        var sum = (float)(int)((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));

        // The sum of four uniform 16-bit numbers has mean 4 * 65535 / 2 and variance 4 * 65536^2 / 12.
        return (sum - 131070f) * (1f / 37837.227f);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
