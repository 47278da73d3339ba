namespace TruncatedTL.MLNet.Onnx;

/// <summary>How weights are stored in the file. Computation is in single precision either way.</summary>
internal enum OnnxWeightStorage
{
    /// <summary>As trained.</summary>
    Float32,

    /// <summary>
    /// Weights of convolutions are rounded to half precision, which halves the file, and widened by a Cast node that runtimes
    /// evaluate once, when the model is loaded. The last layer, biases and normalisation statistics stay in single precision: they
    /// are few, and statistics can exceed half precision's range. So does a weight with a value beyond that range.
    /// </summary>
    Float16,
}
