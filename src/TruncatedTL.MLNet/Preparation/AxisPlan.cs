namespace TruncatedTL.MLNet.Preparation;

/// <summary>What happens along one axis: resize, cut out the middle, pad.</summary>
/// <param name="Source">Length in the file.</param>
/// <param name="Resized">Length after resizing; only the part that is kept is ever computed.</param>
/// <param name="Step">Distance of neighbouring results in source positions; null where it follows from the two lengths.</param>
/// <param name="Target">Length in the end.</param>
internal readonly record struct AxisPlan(int Source, long Resized, double? Step, int Target)
{
    /// <summary>Results that are kept.</summary>
    public int Kept => (int)Math.Min(Resized, Target);

    /// <summary>First result that is kept.</summary>
    public long CropStart => (Resized - Kept) / 2;

    /// <summary>Padding before the kept results.</summary>
    public int PadBefore => (Target - Kept) / 2;

    /// <summary>Padding behind the kept results.</summary>
    public int PadAfter => Target - Kept - PadBefore;

    /// <summary>Positions keep their values; at most some are cut off.</summary>
    public bool IsUnscaled => Resized == Source && Step is null or 1;

    /// <summary>Nothing is resized or cut off.</summary>
    public bool IsIdentity => IsUnscaled && Kept == Source;

    /// <summary>
    /// The filter of every kept result: a triangle that is widened when shrinking, which removes what the coarser grid cannot show. Without a
    /// step of its own the arithmetic is that of ONNX Runtime's Resize (half_pixel, antialias, exclude_outside), in single precision like there,
    /// so that a file prepared here and a column prepared in a graph agree; PyTorch's antialiased interpolation has the same weights.
    /// </summary>
    public AxisWeights Weights()
    {
        var weights = new AxisWeights(Kept);
        if (IsUnscaled)
        {
            for (var k = 0; k < Kept; k++)
            {
                weights.AddSingle((int)(CropStart + k));
            }

            return weights;
        }

        var rescale = Step is { } step ? (float)(1 / step) : (float)Resized / (float)Source;
        for (var k = 0; k < Kept; k++)
        {
            var index = CropStart + k;

            // Results by a step of their own are centred on the source, whose length is seldom a whole number of steps.
            var center = Step is { } own
                ? (float)((Source / 2.0) + ((index + 0.5 - (Resized / 2.0)) * own))
                : 0.5f + (((index + 0.5f) / rescale) - 0.5f);
            weights.AddTriangle(center, 1 / rescale, Source);
        }

        return weights;
    }
}
