namespace TruncatedTL.MLNet.Tests.Splitting;

/// <summary>Labels and patients of a data set that never was.</summary>
internal sealed record RandomPatients(int[] Labels, string[] Groups)
{
    /// <summary>Patients with 1 to <paramref name="largest"/> rows, in random row order.</summary>
    public static RandomPatients Create(int seed, int patients, int classes, int largest, bool mixed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, patients).SelectMany(patient =>
        {
            var own = random.Next(classes);
            return Enumerable.Range(0, random.Next(1, largest + 1))
                .Select(_ => (Label: mixed ? random.Next(classes) : own, Group: $"patient {patient}"));
        }).ToArray();
        random.Shuffle(rows);
        return new RandomPatients([.. rows.Select(row => row.Label)], [.. rows.Select(row => row.Group)]);
    }
}
