namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>The colour types of PNG by their number in the file.</summary>
internal enum PngColour : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}
