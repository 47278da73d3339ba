using System.Globalization;
using TruncatedTL.MLNet.Imaging;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// How modality values (Hounsfield units, detector counts, grey levels) become the values that a network's normalisation sees: a range is
/// mapped linearly to 0 (black) to <see cref="Maximum"/> (white) and what lies outside is clipped. Immutable.
/// </summary>
/// <remarks>
/// Images whose lowest value is meant to be white (DICOM's MONOCHROME1) are inverted after the mapping, so that bright is bright for every file
/// of a data set. <see cref="Unchanged"/> has no range and therefore inverts nothing.
/// </remarks>
public sealed record ImageIntensity
{
    private ImageIntensity(IntensityKind kind, double lower, double upper, double maximum, ImageIntensity? fallback = null)
    {
        Kind = kind;
        Lower = lower;
        Upper = upper;
        Maximum = maximum;
        Fallback = fallback;
    }

    /// <summary>Values stay as they are; nothing is clipped, scaled or inverted.</summary>
    public static ImageIntensity Unchanged { get; } = new(IntensityKind.Unchanged, 0, 0, 0);

    /// <summary>CT, lung: centre -600, width 1500 Hounsfield units. Air-filled tissue and its vessels; soft tissue is nearly white.</summary>
    public static ImageIntensity CtLung { get; } = Window(-600, 1500);

    /// <summary>CT, soft tissue (mediastinum, abdomen): centre 40, width 400 Hounsfield units. Fat, muscle and organs differ by tens of units only.</summary>
    public static ImageIntensity CtSoftTissue { get; } = Window(40, 400);

    /// <summary>CT, bone: centre 400, width 1800 Hounsfield units. Wide enough that cortical bone is not saturated.</summary>
    public static ImageIntensity CtBone { get; } = Window(400, 1800);

    /// <summary>
    /// Radiography: the window that the file proposes, which the maker chose for this very exposure; without one, the range from the 0.5th to
    /// the 99.5th percentile, since detector counts have no common unit.
    /// </summary>
    public static ImageIntensity XRay { get; } = FileWindow(Percentiles(0.5, 99.5));

    /// <summary>Magnetic resonance: from the 1st to the 99th percentile. Its values have no unit and differ from scanner to scanner.</summary>
    public static ImageIntensity MagneticResonance { get; } = Percentiles(1, 99);

    /// <summary>Ordinary 8-bit pictures: 0 to 255 as they are; values of deeper files are clipped there. Takes a byte a value in memory.</summary>
    public static ImageIntensity EightBit { get; } = Range(0, 255, 255);

    /// <summary>What is done.</summary>
    public IntensityKind Kind { get; }

    /// <summary>What becomes black: a modality value for <see cref="IntensityKind.Range"/>, a percentage for <see cref="IntensityKind.Percentiles"/>, else 0.</summary>
    public double Lower { get; }

    /// <summary>What becomes white, in the unit of <see cref="Lower"/>.</summary>
    public double Upper { get; }

    /// <summary>The value of white; 0 for <see cref="Unchanged"/>.</summary>
    public double Maximum { get; }

    /// <summary>What is done with a file that proposes no window; null unless <see cref="Kind"/> is <see cref="IntensityKind.FileWindow"/>.</summary>
    public ImageIntensity? Fallback { get; }

    /// <summary>A window by centre and width: <c>centre - width / 2</c> becomes black, <c>centre + width / 2</c> white (DICOM's LINEAR_EXACT function).</summary>
    /// <param name="center">Middle of the range in modality units.</param>
    /// <param name="width">Length of the range in modality units; positive.</param>
    /// <param name="maximum">The value of white: 1 (default) or 255, the ranges that weights for natural images expect.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the width is not positive, or so small or large that single precision cannot tell its ends apart.</exception>
    public static ImageIntensity Window(double center, double width, double maximum = 1)
    {
        var window = new IntensityWindow(center, width);
        return Range(window.Center - window.Width / 2, window.Center + window.Width / 2, maximum);
    }

    /// <summary>A fixed range.</summary>
    /// <param name="lower">What becomes 0, in modality units.</param>
    /// <param name="upper">What becomes <paramref name="maximum"/>, in modality units.</param>
    /// <param name="maximum">The value of white: 1 (default) or 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the range is empty in single precision.</exception>
    public static ImageIntensity Range(double lower, double upper, double maximum = 1)
    {
        RequireMaximum(maximum);
        return IntensityMap.TryCreate(lower, upper, maximum, isInverted: false) is not null
            ? new ImageIntensity(IntensityKind.Range, lower, upper, maximum)
            : throw new ArgumentOutOfRangeException(nameof(upper), upper, Invariant($"The range from {lower} to {upper} is empty, not finite, or too small or large for single precision."));
    }

    /// <summary>
    /// A range that each image sets itself: percentiles of its values before resizing, interpolated between neighbours as NumPy's
    /// <c>percentile</c> does. An image of one value becomes black.
    /// </summary>
    /// <param name="lower">Percentage of values below black, from 0.</param>
    /// <param name="upper">Percentage of values below white, up to 100.</param>
    /// <param name="maximum">The value of white: 1 (default) or 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The percentages are not rising within 0 to 100, or the maximum is not positive and finite.</exception>
    public static ImageIntensity Percentiles(double lower, double upper, double maximum = 1)
    {
        RequireMaximum(maximum);
        return lower >= 0 && upper <= 100 && lower < upper
            ? new ImageIntensity(IntensityKind.Percentiles, lower, upper, maximum)
            : throw new ArgumentOutOfRangeException(nameof(upper), upper, Invariant($"Percentiles must rise within 0 to 100; {lower} and {upper} do not."));
    }

    /// <summary>The first window that the file proposes; the scale is that of the fallback.</summary>
    /// <param name="fallback">A range or percentiles for files that propose none.</param>
    /// <exception cref="ArgumentException">The fallback is neither a range nor percentiles: values of two units would be mixed.</exception>
    public static ImageIntensity FileWindow(ImageIntensity fallback)
    {
        ArgumentNullException.ThrowIfNull(fallback);
        return fallback.Kind is IntensityKind.Range or IntensityKind.Percentiles
            ? new ImageIntensity(IntensityKind.FileWindow, 0, 0, fallback.Maximum, fallback)
            : throw new ArgumentException($"Files without a window need a range or percentiles, not {fallback.Kind}.", nameof(fallback));
    }

    /// <summary>For logs: <c>range -1350 to 150 as 0 to 1</c>.</summary>
    public override string ToString() => Kind switch
    {
        IntensityKind.Unchanged => "values unchanged",
        IntensityKind.FileWindow => $"the file's window, else {Fallback}",
        IntensityKind.Percentiles => Invariant($"percentiles {Lower} to {Upper} as 0 to {Maximum}"),
        _ => Invariant($"range {Lower} to {Upper} as 0 to {Maximum}"),
    };

    private static void RequireMaximum(double maximum)
    {
        if (!float.IsNormal((float)maximum) || maximum < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), maximum, "The value of white must be positive and finite.");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
