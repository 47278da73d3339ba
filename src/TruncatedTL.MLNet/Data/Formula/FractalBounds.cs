namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>The box around the points of an attractor.</summary>
internal readonly record struct FractalBounds<TPoint>(TPoint Low, TPoint Extent)
    where TPoint : struct, IFormulaPoint<TPoint>
{
    /// <summary>The longest edge. Not zero, so that an attractor that shrank to a point is a dot instead of a division by zero.</summary>
    public float LargestExtent => Math.Max(1e-6f, Math.Max(Math.Max(Extent.X, Extent.Y), Extent.Z));
}
