namespace TruncatedTL.MLNet.Tests.Explanations;

/// <summary>A ball in an image or a volume.</summary>
/// <param name="Centre">Its middle, in pixels.</param>
/// <param name="Radius">Its radius, in pixels.</param>
internal sealed record Blob(double[] Centre, double Radius)
{
    /// <summary>A blob of a seventh of the shortest side, wholly inside.</summary>
    public static Blob Random(IReadOnlyList<int> spatial, Random random)
    {
        var radius = spatial.Min() / 7.0;
        return new Blob([.. spatial.Select(length => radius + ((length - 1 - (2 * radius)) * random.NextDouble()))], radius);
    }

    public bool Contains(IReadOnlyList<int> position) => Centre.Select((c, axis) => (c - position[axis]) * (c - position[axis])).Sum() <= Radius * Radius;

    public bool Touches(Blob other) => Centre.Zip(other.Centre, (a, b) => (a - b) * (a - b)).Sum() <= Math.Pow(Radius + other.Radius, 2);
}
