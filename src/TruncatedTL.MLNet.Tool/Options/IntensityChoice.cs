using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>How values of files become grey levels.</summary>
internal enum IntensityChoice
{
    Auto,
    Unchanged,
    EightBit,
    XRay,
    CtLung,
    CtSoftTissue,
    CtBone,
    MagneticResonance,
}

/// <summary>The library's name for a choice.</summary>
internal static class IntensityChoices
{
    /// <summary>The intensity of a choice.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="hasByteValues">Whether the files are 8-bit pictures, which decides where nobody has chosen.</param>
    public static ImageIntensity Resolve(this IntensityChoice choice, bool hasByteValues) => choice switch
    {
        IntensityChoice.Unchanged => ImageIntensity.Unchanged,
        IntensityChoice.EightBit => ImageIntensity.EightBit,
        IntensityChoice.XRay => ImageIntensity.XRay,
        IntensityChoice.CtLung => ImageIntensity.CtLung,
        IntensityChoice.CtSoftTissue => ImageIntensity.CtSoftTissue,
        IntensityChoice.CtBone => ImageIntensity.CtBone,
        IntensityChoice.MagneticResonance => ImageIntensity.MagneticResonance,
        _ => hasByteValues ? ImageIntensity.EightBit : ImageIntensity.XRay,
    };
}
