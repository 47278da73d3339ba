using System.Globalization;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>What the report says about an experiment's rows: how many, whose, how divided, and whether images stand on both sides.</summary>
/// <param name="cancellation">Looked at before each image.</param>
/// <param name="report">Told what is being done.</param>
internal sealed class ExperimentDataSurvey(CancellationToken cancellation, Action<ExperimentStage, string> report)
{
    /// <summary>The facts.</summary>
    /// <param name="rows">The rows as the first backbone reads them.</param>
    /// <param name="sets">Their division.</param>
    /// <param name="hash">Hash over them.</param>
    public List<PlannedFact> Facts(PreparedRows rows, List<PlannedSet> sets, string hash)
    {
        var shape = string.Join(" x ", rows.Training.Images.Shape);
        var facts = new List<PlannedFact>
        {
            new("Training images", rows.Training.Count.ToString(CultureInfo.InvariantCulture)),
            new("Images as the network reads them", $"{shape}, {rows.Training.Images.ElementType}"),
        };
        if (rows.Validation is { } given)
        {
            facts.Add(new("Validation images", given.Count.ToString(CultureInfo.InvariantCulture)));
        }

        if (rows.Preparation is { } preparation)
        {
            facts.Add(new("Preparation of the files", preparation.ToString()!));
        }

        facts.Add(new("Patients", rows.Groups is null
            ? "unknown: each image is taken for a patient of its own"
            : (rows.Groups.Concat(rows.ValidationGroups ?? []).Distinct().Count()).ToString(CultureInfo.InvariantCulture)));
        facts.Add(new("Leak check", rows.Groups is null
            ? "not possible without a column of patients"
            : "no patient is on two sides of any division"));
        report(ExperimentStage.Reading, "Images are compared across the division.");
        facts.Add(new("Images on both sides", Duplicates(rows, sets)));
        facts.Add(new("Division", string.Join(", ", sets.Select(set => set.Name))));
        facts.Add(new("SHA-256 of images, labels and patients", hash));
        return facts;
    }

    private string Duplicates(PreparedRows rows, List<PlannedSet> sets)
    {
        var training = Fingerprints(rows.Training);
        var validation = rows.Validation is { } given ? Fingerprints(given) : null;
        var (exact, near) = (0L, 0L);
        foreach (var set in sets)
        {
            var found = DuplicateFinder.Find(
            [
                ("training", set.TrainingRows is { } learnt ? [.. learnt.Select(row => training[row])] : training),
                ("validation", set.ValidationRows is { } held ? [.. held.Select(row => training[row])] : validation!),
            ]);
            (exact, near) = (exact + found.ExactCount, near + found.NearCount);
            if (rows.Validation is not null)
            {
                break;
            }
        }

        return exact + near == 0
            ? "none found"
            : FormattableString.Invariant($"{exact} pairs are equal and {near} look alike; such pairs flatter every candidate");
    }

    private ImageFingerprint[] Fingerprints(TrainingSet rows)
    {
        var result = new ImageFingerprint[rows.Count];
        var pixels = new float[rows.Images.ImageLength];
        for (var row = 0; row < result.Length; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Images.CopyTo(row, pixels);
            result[row] = ImageFingerprint.Create(pixels, rows.Images.Shape);
        }

        return result;
    }
}
