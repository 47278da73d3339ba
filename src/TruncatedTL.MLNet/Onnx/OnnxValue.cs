using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>An activation in a graph that is being built.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Shape">Its shape without the batch.</param>
internal readonly record struct OnnxValue(string Name, FeatureShape Shape)
{
    /// <summary>Number of axes with the batch: 4 for [N, C, H, W], 5 for [N, C, D, H, W].</summary>
    public int Rank => Shape.Spatial.Count + 2;
}
