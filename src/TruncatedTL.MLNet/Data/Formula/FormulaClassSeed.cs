namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>Where the parameters of one class come from.</summary>
internal readonly struct FormulaClassSeed(int seed, FormulaFamilies family, int ordinal)
{
    // Powers of the reciprocal of the plastic-like root of x^4 = x + 1: the additive sequence that fills three dimensions evenly.
    private static ReadOnlySpan<double> Increments => [0.8191725133961645, 0.6710436067037893, 0.5497004779019703];

    /// <summary>A generator of the class's own.</summary>
    public FormulaRandom CreateRandom()
    {
        return FormulaRandom.From(seed, (int)FormulaStream.ClassParameters, (int)family, ordinal);
    }

    /// <summary>
    /// A number from 0 to 1 that differs between the classes of a family as much as possible. Independent draws would
    /// give near-duplicates among few classes.
    /// </summary>
    /// <param name="dimension">0 to 2; the dimensions are independent of each other.</param>
    public float Spread(int dimension)
    {
        var random = FormulaRandom.From(seed, (int)FormulaStream.ClassOffset, (int)family, dimension);
        var position = random.NextUnit() + (ordinal * Increments[dimension]);
        return (float)(position - Math.Floor(position));
    }

    /// <summary>One of several kinds, in turn.</summary>
    public int Kind(int count)
    {
        return ordinal % count;
    }
}
