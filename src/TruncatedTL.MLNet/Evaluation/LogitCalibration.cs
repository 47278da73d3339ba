namespace TruncatedTL.MLNet.Evaluation;

/// <summary>A change of logits: z of class k becomes slope k times z plus offset k.</summary>
/// <param name="Slopes">One positive number an output.</param>
/// <param name="Offsets">One finite number an output.</param>
internal sealed record LogitCalibration(IReadOnlyList<double> Slopes, IReadOnlyList<double> Offsets)
{
    /// <summary>Changes logits, row-major [rows, outputs].</summary>
    public double[] Apply(ReadOnlySpan<double> logits)
    {
        var result = new double[logits.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var output = i % Slopes.Count;
            result[i] = Slopes[output] * logits[i] + Offsets[output];
        }

        return result;
    }

    /// <summary>This change after an earlier one.</summary>
    public LogitCalibration After(LogitCalibration? earlier) => earlier is null
        ? this
        : new(
            [.. Slopes.Zip(earlier.Slopes, (later, first) => later * first)],
            [.. Offsets.Select((offset, k) => Slopes[k] * earlier.Offsets[k] + offset)]);
}
