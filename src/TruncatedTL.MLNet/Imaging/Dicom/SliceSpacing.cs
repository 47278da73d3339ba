namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Whether sorted slices are evenly spaced, as those of one volume are.</summary>
internal static class SliceSpacing
{
    /// <summary>How far a distance may be from the usual one, as a part of it. Some files round positions to a tenth of a millimetre, where slices lie half a millimetre apart.</summary>
    public const double Tolerance = 0.2;

    // Slices of a microscope are farther apart.
    private const double SamePositionMillimetres = 1e-4;

    // Half a slice too much is no longer rounding.
    private const double MissingSliceFactor = 1.5;

    /// <summary>The mean distance of slices in millimetres.</summary>
    /// <param name="positions">Where they lie, ascending; two at least.</param>
    /// <param name="paths">Their files, for messages.</param>
    /// <exception cref="DicomSeriesException">A slice is there twice, one is missing, or they are not evenly spaced.</exception>
    public static double Check(IReadOnlyList<double> positions, IReadOnlyList<string> paths)
    {
        var distances = positions.Skip(1).Zip(positions, (next, previous) => next - previous).ToArray();
        var twice = Array.FindIndex(distances, distance => distance < SamePositionMillimetres);
        if (twice >= 0)
        {
            throw new DicomSeriesException(paths[twice + 1], $"it lies where {paths[twice]} lies; a volume has one slice at a position. Several acquisitions under one series must be separated");
        }

        // The lower median: of two distances, one of which spans a missing slice, the smaller is right.
        var usual = distances.Order().ElementAt((distances.Length - 1) / 2);
        for (var i = 0; i < distances.Length; i++)
        {
            if (distances[i] > MissingSliceFactor * usual)
            {
                throw new DicomSeriesException(paths[i + 1], $"a slice is missing: it lies {distances[i]:0.###} mm behind {paths[i]}, where {usual:0.###} mm are usual in this series");
            }

            if (Math.Abs(distances[i] - usual) > Tolerance * usual)
            {
                throw new DicomSeriesException(paths[i + 1], $"the slices are not evenly spaced: it lies {distances[i]:0.###} mm behind {paths[i]}, where {usual:0.###} mm are usual in this series");
            }
        }

        return (positions[^1] - positions[0]) / distances.Length;
    }
}
