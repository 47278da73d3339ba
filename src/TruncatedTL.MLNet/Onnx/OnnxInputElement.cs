namespace TruncatedTL.MLNet.Onnx;

/// <summary>Element type of the model's image input, i.e. of the user's column.</summary>
internal enum OnnxInputElement
{
    /// <summary>8-bit values, 0 to 255.</summary>
    UInt8,

    /// <summary>Single precision, any range (16-bit and Hounsfield values come as these).</summary>
    Float,
}
