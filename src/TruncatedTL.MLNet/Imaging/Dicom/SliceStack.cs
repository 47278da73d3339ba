namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>The slices of a volume in order, found to belong together.</summary>
/// <param name="Slices">The slices, ascending along the normal.</param>
/// <param name="DepthMillimetres">Distance of slices; null where the files do not say.</param>
internal sealed record SliceStack(IReadOnlyList<DicomSlice> Slices, double? DepthMillimetres)
{
    // Direction cosines and spacings are written with six digits or fewer.
    private const double OrientationTolerance = 1e-3;
    private const double SpacingTolerance = 1e-3;

    // A scanner does not move the patient sideways; positions are rounded by less than a pixel.
    private const double ShiftToleranceInPixels = 2;

    /// <summary>Checks and sorts.</summary>
    /// <param name="slices">At least one slice.</param>
    /// <exception cref="DicomSeriesException">They do not make up a volume.</exception>
    public static SliceStack Of(IReadOnlyList<DicomSlice> slices)
    {
        var first = slices[0];
        foreach (var slice in slices)
        {
            if (Difference(first, slice) is { } difference)
            {
                throw new DicomSeriesException(slice.Path, $"it does not fit {first.Path} of the same series: {difference}");
            }
        }

        if (slices.Count == 1)
        {
            return new SliceStack(slices, first.SliceDistance ?? first.Thickness);
        }

        if (slices.FirstOrDefault(slice => slice.Frames > 1) is { } multiFrame)
        {
            throw new DicomSeriesException(multiFrame.Path, $"it has {multiFrame.Frames} frames and is one of {slices.Count} files of its series; such files are volumes of their own");
        }

        if (first.Position is not null && first.Orientation is not null)
        {
            var normal = SliceGeometry.Normal(first.Orientation)
                ?? throw new DicomSeriesException(first.Path, $"{DicomTags.Describe(DicomTag.ImageOrientationPatient)} is not two directions at right angles");
            var stack = Sorted(slices, slice => SliceGeometry.Along(normal, slice.Position!));
            CheckLine(stack, normal);
            return stack;
        }

        return slices.All(slice => slice.Location is not null) ? Sorted(slices, slice => slice.Location!.Value) : Numbered(slices);
    }

    private static SliceStack Sorted(IReadOnlyList<DicomSlice> slices, Func<DicomSlice, double> position)
    {
        var sorted = slices.OrderBy(position).ToArray();
        return new SliceStack(sorted, SliceSpacing.Check([.. sorted.Select(position)], [.. sorted.Select(slice => slice.Path)]));
    }

    // The slices of one scan lie on a line, which a tilted gantry makes oblique; those of two scans do not.
    private static void CheckLine(SliceStack stack, double[] normal)
    {
        var (first, last) = (stack.Slices[0].Position!, stack.Slices[^1].Position!);
        var start = SliceGeometry.Along(normal, first);
        var length = SliceGeometry.Along(normal, last) - start;
        var tolerance = stack.Slices[0].PixelSpacing is { } spacing ? ShiftToleranceInPixels * spacing.Max() : double.PositiveInfinity;
        foreach (var slice in stack.Slices)
        {
            var position = slice.Position!;
            var part = (SliceGeometry.Along(normal, position) - start) / length;
            var distance = Math.Sqrt(Enumerable.Range(0, 3).Sum(axis => Math.Pow(position[axis] - first[axis] - (part * (last[axis] - first[axis])), 2)));
            if (distance > tolerance)
            {
                throw new DicomSeriesException(slice.Path, $"it is shifted sideways: it lies {distance:0.###} mm beside the line from the first to the last slice of its series");
            }
        }
    }

    private static SliceStack Numbered(IReadOnlyList<DicomSlice> slices)
    {
        if (slices.FirstOrDefault(slice => slice.InstanceNumber is null) is { } unnumbered)
        {
            throw new DicomSeriesException(unnumbered.Path, "it has neither a position nor a slice location nor an instance number, so its place in the volume is unknown");
        }

        var sorted = slices.OrderBy(slice => slice.InstanceNumber).ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            var step = (long)sorted[i].InstanceNumber!.Value - sorted[i - 1].InstanceNumber!.Value;
            if (step != 1)
            {
                var problem = step == 0 ? $"it has the same instance number as {sorted[i - 1].Path}" : $"a slice is missing: {step - 1} instance numbers lie between it and {sorted[i - 1].Path}";
                throw new DicomSeriesException(sorted[i].Path, problem);
            }
        }

        return new SliceStack(sorted, sorted[0].SliceDistance);
    }

    private static string? Difference(DicomSlice a, DicomSlice b)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns)
        {
            return $"{b.Rows} x {b.Columns} pixels against {a.Rows} x {a.Columns}";
        }

        if (a.Photometric != b.Photometric)
        {
            return "another photometric interpretation";
        }

        if (a.Origin.PatientId != b.Origin.PatientId || a.Origin.StudyUid != b.Origin.StudyUid)
        {
            return "another patient or study";
        }

        if (!AreClose(a.Orientation, b.Orientation, _ => OrientationTolerance))
        {
            return "another orientation";
        }

        if (!AreClose(a.PixelSpacing, b.PixelSpacing, spacing => SpacingTolerance * spacing))
        {
            return "another pixel spacing";
        }

        return a.Position is null != b.Position is null ? "only one of them has a position" : null;
    }

    private static bool AreClose(double[]? a, double[]? b, Func<double, double> tolerance) =>
        a is null || b is null ? a is null && b is null : a.Length == b.Length && a.Zip(b).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance(pair.First));
}
