namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>A soft ball in an image or a volume.</summary>
/// <param name="Centre">Its middle, in pixels.</param>
/// <param name="Radius">Its radius, in pixels.</param>
internal sealed record Blob(double[] Centre, double Radius)
{
    /// <summary>A blob of a fifth of the shortest side in radius, wholly inside.</summary>
    public static Blob Random(IReadOnlyList<int> spatial, Random random)
    {
        var radius = spatial.Min() / 5.0;
        return new Blob([.. spatial.Select(length => radius + ((length - 1 - (2 * radius)) * random.NextDouble()))], radius);
    }

    public bool Contains(IReadOnlyList<int> position) => SquaredDistance(position) <= Radius * Radius;

    /// <summary>1 in the middle, falling as a bell does, .135 at the border.</summary>
    public double Strength(IReadOnlyList<int> position) => Math.Exp(-2 * SquaredDistance(position) / (Radius * Radius));

    public bool Touches(Blob other) => Centre.Zip(other.Centre, (a, b) => (a - b) * (a - b)).Sum() <= Math.Pow(Radius + other.Radius, 2);

    private double SquaredDistance(IReadOnlyList<int> position) => Centre.Select((c, axis) => (c - position[axis]) * (c - position[axis])).Sum();
}
