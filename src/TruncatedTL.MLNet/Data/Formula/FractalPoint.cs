namespace TruncatedTL.MLNet.Data.Formula;

/// <summary>A point of an attractor and its grey shade.</summary>
internal readonly record struct FractalPoint<TPoint>(TPoint Position, float Shade)
    where TPoint : struct, IFormulaPoint<TPoint>;
