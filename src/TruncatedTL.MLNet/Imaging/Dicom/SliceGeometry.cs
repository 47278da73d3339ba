namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>Where slices lie in the patient (PS3.3, C.7.6.2).</summary>
internal static class SliceGeometry
{
    /// <summary>The direction in which slices follow each other, of length 1; null where six numbers do not describe two directions at right angles.</summary>
    public static double[]? Normal(double[]? orientation)
    {
        if (orientation is not { Length: 6 } o)
        {
            return null;
        }

        double[] normal = [(o[1] * o[5]) - (o[2] * o[4]), (o[2] * o[3]) - (o[0] * o[5]), (o[0] * o[4]) - (o[1] * o[3])];
        var length = Math.Sqrt(normal.Sum(x => x * x));

        // Both directions have length 1, so that anything but about 1 means that they do not, or are not at right angles.
        return Math.Abs(length - 1) < 0.01 ? Array.ConvertAll(normal, x => x / length) : null;
    }

    /// <summary>How far along the normal a position lies, in millimetres.</summary>
    public static double Along(double[] normal, double[] position) => (normal[0] * position[0]) + (normal[1] * position[1]) + (normal[2] * position[2]);

    /// <summary>Distance of rows and of columns in millimetres; null where the file does not give two positive numbers.</summary>
    public static double[]? PixelSpacing(DicomDataSet dataSet, DicomDataSet? measures)
    {
        return Usable(measures?.Decimals(DicomTag.PixelSpacing)) ?? Usable(dataSet.Decimals(DicomTag.PixelSpacing)) ?? Usable(dataSet.Decimals(DicomTag.ImagerPixelSpacing));

        static double[]? Usable(double[]? spacing) => spacing is [> 0, > 0] ? spacing : null;
    }

    /// <summary>The stated distance of slices in millimetres; null where there is none. Some writers give it a sign.</summary>
    public static double? SliceSpacing(DicomDataSet dataSet) =>
        dataSet.Decimal(DicomTag.SpacingBetweenSlices) is { } spacing && spacing != 0 ? Math.Abs(spacing) : null;
}
