namespace TruncatedTL.MLNet.Tests.Imaging.Raster;

/// <summary>One file of raster_reference.json.</summary>
internal sealed record RasterReferenceCase(string Name, string Content, int Channels, int[] Shape, float[] Values, float Tolerance);
