namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// A change of the logits that is part of the model: logit k becomes slope k times itself plus offset k. It is written into the last layer's
/// constants; what the model puts out as logits and probabilities are the changed ones.
/// </summary>
/// <param name="Slopes">One finite number an output, not 0.</param>
/// <param name="Offsets">One finite number an output.</param>
internal sealed record HeadCalibration(IReadOnlyList<double> Slopes, IReadOnlyList<double> Offsets);
