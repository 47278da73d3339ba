namespace TruncatedTL.MLNet.Imaging.Raster;

/// <summary>One pass over a PNG image: where its first pixel is, how far apart its pixels are, and how many there are.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, long Columns, long Rows);
