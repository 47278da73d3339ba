namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>What stored values mean (PS3.3, C.7.6.3.1.2).</summary>
internal enum Photometric
{
    /// <summary>Grey, the lowest value white.</summary>
    Monochrome1,

    /// <summary>Grey, the lowest value black.</summary>
    Monochrome2,

    /// <summary>Numbers of colours in a table of the file.</summary>
    PaletteColor,

    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Luminance and two chrominances, for each pixel.</summary>
    YbrFull,

    /// <summary>The same, the chrominances for two neighbouring pixels together.</summary>
    YbrFull422,
}
