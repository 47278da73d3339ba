using TruncatedTL.MLNet.Backbones;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>The image input of a model: a batch of the user's column as it is, before any preprocessing.</summary>
/// <param name="Name">Name of the input; any column name.</param>
/// <param name="Element">Element type of the column.</param>
/// <param name="SourceShape">Shape of one image in the column: [C, H, W] or [C, D, H, W]. The input's shape is [N, C, H, W] with N free.</param>
internal sealed record OnnxImageInput(string Name, OnnxInputElement Element, IReadOnlyList<int> SourceShape)
{
    /// <summary>Channels of the image.</summary>
    public int Channels => SourceShape[0];

    /// <summary>H, W (or D, H, W) of the image.</summary>
    public IReadOnlyList<int> Spatial => SourceShape.Skip(1).ToArray();

    /// <summary>Channels and lengths as the layer rules want them.</summary>
    public FeatureShape Shape => new(Channels, SourceShape.Skip(1).Select(length => (long)length).ToArray());

    /// <summary>Checks the shape, and that it can be brought to the lengths that a network reads.</summary>
    /// <exception cref="OnnxExportException">The shape is not an image of as many axes.</exception>
    public void RequireResizableTo(IReadOnlyList<int> target)
    {
        if (SourceShape.Count is not (3 or 4) || SourceShape.Any(length => length < 1))
        {
            throw new OnnxExportException(
                $"The column '{Name}' has the shape [{string.Join(", ", SourceShape)}]; an image is [C, H, W] and a volume [C, D, H, W], with positive lengths.");
        }

        if (target.Count != SourceShape.Count - 1 || target.Any(length => length < 1))
        {
            throw new OnnxExportException(
                $"The column '{Name}' holds images of {SourceShape.Count - 1} spatial axes ([{string.Join(", ", SourceShape)}]); they cannot be resized to {string.Join("x", target)}.");
        }
    }
}
