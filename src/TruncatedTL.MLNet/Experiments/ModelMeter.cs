using System.Diagnostics;
using TruncatedTL.MLNet.Networks;
using TruncatedTL.MLNet.Onnx;
using TruncatedTL.MLNet.Scoring;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>What a network will cost whoever predicts with it, measured on this machine without training it: its weights do not matter to that.</summary>
internal static class ModelMeter
{
    private const int WarmUps = 3;
    private const int LeastRuns = 10;
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures a network.</summary>
    /// <param name="specification">The network.</param>
    /// <param name="normalization">How its images are normalised.</param>
    /// <param name="cancellation">Looked at before each image.</param>
    /// <returns>Median milliseconds for one image in ONNX Runtime with its own settings, and bytes of the exported network.</returns>
    public static (double Milliseconds, long Bytes) Measure(NetworkSpecification specification, PixelNormalization normalization, CancellationToken cancellation)
    {
        using var network = TransferNetwork.Create(specification, seed: 1, CPU);
        int[] shape = [specification.InputChannels, .. specification.InputSpatial];
        var model = OnnxExporter.Export(specification, network.Snapshot(), new OnnxExportOptions
        {
            Input = new OnnxImageInput("image", OnnxInputElement.Float, shape),
            Normalization = normalization,
            LogitsName = "logits",
        });
        using var scorer = new PixelScorer(model, "logits", shape);
        var pixels = new float[shape.Aggregate(1, (product, side) => product * side)];
        var times = new List<double>();
        var total = Stopwatch.StartNew();
        for (var run = 0; run < WarmUps + LeastRuns || total.Elapsed < LeastTime; run++)
        {
            cancellation.ThrowIfCancellationRequested();
            var one = Stopwatch.GetTimestamp();
            scorer.Score(pixels, 1);
            if (run >= WarmUps)
            {
                times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
            }
        }

        times.Sort();
        return (times[times.Count / 2], model.Length);
    }
}
