using Microsoft.ML.OnnxRuntime;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>Runs a model on float32 pixels that are in memory already.</summary>
/// <param name="model">The model, with one input.</param>
/// <param name="outputName">Which of its outputs is wanted.</param>
/// <param name="imageShape">Shape of an image: C, H, W or C, D, H, W.</param>
internal sealed class PixelScorer(byte[] model, string outputName, IReadOnlyList<int> imageShape) : IDisposable
{
    private readonly InferenceSession _session = new(model);

    /// <summary>The outputs of some images.</summary>
    /// <param name="pixels">Pixel values, [N, C, ...].</param>
    /// <param name="count">N.</param>
    /// <returns>One array an image.</returns>
    public float[][] Score(float[] pixels, int count)
    {
        long[] shape = [count, .. imageShape.Select(length => (long)length)];
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(0, checked((int)shape.Aggregate(1L, (a, b) => a * b))), shape);
        using var options = new RunOptions();
        using var outputs = _session.Run(options, _session.InputNames, [input], [outputName]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(outputs[0].GetTensorDataAsSpan<float>().Length / count).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
