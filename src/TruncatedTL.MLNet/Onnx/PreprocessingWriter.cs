using TruncatedTL.MLNet.Backbones;
using TruncatedTL.MLNet.Networks;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Writes what happens to pixels before the network. Serving and the decoding of training images both go through it, so they cannot differ.</summary>
/// <param name="graph">The graph.</param>
internal sealed class PreprocessingWriter(OnnxGraphBuilder graph)
{
    /// <summary>Declares the image input.</summary>
    public OnnxValue AddInput(OnnxImageInput input)
    {
        var element = input.Element == OnnxInputElement.UInt8 ? DataType.Uint8 : DataType.Float;
        return new OnnxValue(graph.AddInput(input.Name, element, input.SourceShape.Select(length => (long)length)), input.Shape);
    }

    /// <summary>
    /// Single-precision pixel values in the network's size, [N, C, H', W']. 8-bit images stay 8-bit images: after resizing, values are
    /// rounded and clipped to 0 to 255, as torchvision does with byte tensors. Resizing is linear along each axis, with half-pixel centres
    /// and antialiasing: for images what PyTorch's interpolate computes with antialias=True, for volumes the same filter on three axes.
    /// </summary>
    /// <param name="input">The image as it comes.</param>
    /// <param name="element">Its element type.</param>
    /// <param name="spatial">H', W' (or D', H', W').</param>
    public OnnxValue WritePixels(OnnxValue input, OnnxInputElement element, IReadOnlyList<int> spatial)
    {
        var name = element == OnnxInputElement.UInt8
            ? graph.AddNode("Cast", "input.float", [input.Name], attributes: OnnxAttribute.Of("to", (long)DataType.Float))
            : input.Name;
        var target = new FeatureShape(input.Shape.Channels, spatial.Select(length => (long)length).ToArray());
        if (!target.Spatial.SequenceEqual(input.Shape.Spatial))
        {
            name = WriteResize(name, target.Spatial);
            if (element == OnnxInputElement.UInt8)
            {
                name = WriteByteRounding(name);
            }
        }

        return new OnnxValue(name, target);
    }

    /// <summary>Normalised pixels, value x factor + offset per channel.</summary>
    public OnnxValue WriteNormalization(OnnxValue pixels, PixelNormalization normalization)
    {
        var (factor, offset) = normalization.ForChannels(pixels.Shape.Channels);

        // [1, C, 1, 1], so that it is broadcast over the batch and all positions.
        long[] shape = [1, pixels.Shape.Channels, .. Enumerable.Repeat(1L, pixels.Shape.Spatial.Count)];
        var scaled = graph.AddNode("Mul", "input.scaled", [pixels.Name, graph.AddFloat32("input.factor", shape, factor)]);
        var normalized = graph.AddNode("Add", "input.normalized", [scaled, graph.AddFloat32("input.offset", shape, offset)]);
        return pixels with { Name = normalized };
    }

    /// <summary>Whole numbers from 0 to 255.</summary>
    public string WriteByteRounding(string input)
    {
        var rounded = graph.AddNode("Round", "input.round", [input]);
        return graph.AddNode("Clip", "input.clip", [rounded, graph.AddScalar("input.lowest", byte.MinValue), graph.AddScalar("input.highest", byte.MaxValue)]);
    }

    /// <summary>[N, C, H, W] to [N, C, H', W'], linear with antialiasing.</summary>
    public string WriteResize(string input, IReadOnlyList<long> spatial)
    {
        graph.RequireResize();
        var sizes = graph.AddInt64("input.sizes", spatial);
        return graph.AddNode("Resize", "input.resized", [input, "", "", sizes], attributes:
        [
            OnnxAttribute.Of("axes", Enumerable.Range(2, spatial.Count)),
            OnnxAttribute.Of("mode", "linear"),
            OnnxAttribute.Of("coordinate_transformation_mode", "half_pixel"),
            OnnxAttribute.Of("antialias", 1),
            // The default would give pixels at the border another weight than PyTorch, torchvision and Pillow do.
            OnnxAttribute.Of("exclude_outside", 1),
        ]);
    }
}
