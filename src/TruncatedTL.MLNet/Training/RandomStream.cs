namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Random numbers that depend only on what they are for (SplitMix64, Steele et al. 2014). Each image of each epoch has its own
/// stream, so that threads and batches do not change it; unlike <see cref="Random"/> the sequence is the same in every version of .NET.
/// </summary>
internal struct RandomStream
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state;

    private RandomStream(ulong state) => _state = state;

    /// <summary>The stream for a purpose and up to three numbers, such as epoch, image and repetition.</summary>
    public static RandomStream For(int seed, RandomPurpose purpose, int first = 0, int second = 0, int third = 0)
    {
        var state = Fold(0, seed);
        state = Fold(state, (int)purpose);
        state = Fold(state, first);
        state = Fold(state, second);
        return new RandomStream(Fold(state, third));
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [from, to).</summary>
    public double Uniform(double from, double to) => from + (to - from) * NextDouble();

    /// <summary>An integer in [0, count).</summary>
    public int NextInt32(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>True with the given probability; certain events draw nothing, so that they leave what follows as it was.</summary>
    public bool Happens(double probability) => probability >= 1 || Chance(probability);

    /// <summary>A number in [from, to), the logarithm of which is uniform; both are positive.</summary>
    public double LogUniform(double from, double to) => Math.Exp(Uniform(Math.Log(from), Math.Log(to)));

    /// <summary>A number of the standard normal distribution (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(PositiveDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>64 random bits, to seed another generator with.</summary>
    public ulong NextSeed() => Next();

    /// <summary>Brings values into random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>A number from Beta(alpha, alpha), as a ratio of two gamma variables.</summary>
    public double SymmetricBeta(double alpha)
    {
        // In logarithms: for small alpha both gamma variables are often below the smallest double.
        var first = LogGamma(alpha);
        var second = LogGamma(alpha);
        return 1 / (1 + Math.Exp(second - first));
    }

    // Logarithm of a Gamma(shape, 1) variable: Marsaglia and Tsang 2000, raised above shape 1 by their boosting identity.
    private double LogGamma(double shape)
    {
        if (shape < 1)
        {
            return LogGamma(shape + 1) + Math.Log(PositiveDouble()) / shape;
        }

        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = 1 + c * x;
            if (v > 0)
            {
                v = v * v * v;
                if (Math.Log(PositiveDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                {
                    return Math.Log(d * v);
                }
            }
        }
    }

    private double PositiveDouble() => 1 - NextDouble();

    private ulong Next()
    {
        _state += Increment;
        return Mix(_state);
    }

    private static ulong Fold(ulong state, int value) => Mix((state ^ (uint)value) + Increment);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
