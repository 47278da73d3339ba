namespace TruncatedTL.MLNet.Onnx;

/// <summary>How a network is written in 8 bits.</summary>
/// <param name="Activations">What its activations are like.</param>
/// <param name="WeightBits">7 or 8.</param>
internal sealed record OnnxQuantization(ActivationStatistics Activations, int WeightBits)
{
    /// <summary>
    /// Weights are whole numbers from minus this to this. Processors without VNNI instructions add two products in 16 bits, which 255 x 64 x 2 does not exceed and 255 x 127 x 2 does.
    /// </summary>
    public int WeightSteps => WeightBits == 8 ? 127 : 64;
}

/// <summary>What is known of a network's activations, by the name of the value in the exported graph.</summary>
/// <param name="ByName">The activations.</param>
/// <param name="Images">How many images were looked at.</param>
internal sealed record ActivationStatistics(IReadOnlyDictionary<string, ActivationRange> ByName, int Images);

/// <summary>Between which values an activation lies, and its mean in each channel.</summary>
/// <param name="Lowest">Lowest value.</param>
/// <param name="Highest">Highest value, not below <paramref name="Lowest"/>.</param>
/// <param name="Means">Mean over images and positions, channel by channel.</param>
internal sealed record ActivationRange(float Lowest, float Highest, double[] Means)
{
    /// <summary>Below it, products of scales would have too few digits.</summary>
    public const float SmallestScale = 1e-12f;

    private const int Steps = byte.MaxValue;

    /// <summary>What one step of the 8-bit value is worth; 0 itself is always a value, because padding and ReLU write it.</summary>
    public float Scale => Math.Max((Math.Max(Highest, 0) - Math.Min(Lowest, 0)) / Steps, SmallestScale);

    /// <summary>The 8-bit value that stands for 0.</summary>
    public byte ZeroPoint => (byte)Math.Clamp(MathF.Round(-Math.Min(Lowest, 0) / Scale), 0, Steps);
}
