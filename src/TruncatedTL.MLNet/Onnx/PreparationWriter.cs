using Google.Protobuf;
using TruncatedTL.MLNet.Preparation;
using DataType = TruncatedTL.MLNet.Onnx.Schema.TensorProto.Types.DataType;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>
/// Writes an <see cref="ImagePreparation"/> of a pixel column as a graph of its own, in the order in which files are prepared. Input and output are
/// one image without a batch, [C, H, W] or [C, D, H, W]: ML.NET's transform takes the output's dimensions for the column's, and image columns have none
/// for the batch.
/// </summary>
internal static class PreparationWriter
{
    private const int MaxIntermediateValues = ImagePreparation.MaxValueCount;

    /// <summary>Writes the model.</summary>
    /// <param name="preparation">What to do; it has passed <see cref="RequireColumnPreparation"/>.</param>
    /// <param name="input">The column; its channels and axes can become the preparation's.</param>
    /// <param name="outputName">Name of the output.</param>
    /// <param name="metadata">Facts that the file carries.</param>
    /// <exception cref="OnnxExportException">An image in between would have too many values.</exception>
    public static byte[] Export(ImagePreparation preparation, OnnxImageInput input, string outputName, IReadOnlyDictionary<string, string> metadata)
    {
        var graph = new OnnxGraphBuilder("preparation");
        var preprocessing = new PreprocessingWriter(graph);
        var isByte = input.Element == OnnxInputElement.UInt8;
        var source = graph.AddSingleInput(input.Name, isByte ? DataType.Uint8 : DataType.Float, input.SourceShape.Select(length => (long)length));
        graph.ReserveOutput(outputName);
        var batchAxis = graph.AddInt64("batch", [0]);
        var name = graph.AddNode("Unsqueeze", "image", [source, batchAxis]);
        if (isByte)
        {
            name = graph.AddNode("Cast", "float", [name], attributes: OnnxAttribute.Of("to", (long)DataType.Float));
        }

        var axes = ImageGeometry.Fit(preparation.Fit, input.Spatial, preparation.Size);
        RequireModestSize(input, axes);
        var channels = input.Channels;
        var isComputed = false;
        if (channels != 1 && preparation.Channels == 1)
        {
            (name, channels, isComputed) = (WriteGrey(graph, name, input.Spatial.Count), 1, true);
        }

        var pad = axes.All(axis => axis.Kept == axis.Target) ? null : WritePadding(graph, preprocessing, name, preparation.PadValue, isByte);
        if (axes.Any(axis => !axis.IsUnscaled))
        {
            (name, isComputed) = (preprocessing.WriteResize(name, axes.Select(axis => axis.Resized).ToArray()), true);
        }

        name = WriteCrop(graph, name, axes);
        if (isByte && isComputed)
        {
            name = preprocessing.WriteByteRounding(name);
        }

        if (pad is not null)
        {
            long[] before = [0, 0, .. axes.Select(axis => (long)axis.PadBefore)];
            long[] after = [0, 0, .. axes.Select(axis => (long)axis.PadAfter)];
            name = graph.AddNode("Pad", "padded", [name, graph.AddInt64("padding.lengths", [.. before, .. after]), pad]);
        }

        name = WriteIntensity(graph, name, preparation.Intensity);
        if (channels != preparation.Channels)
        {
            long[] shape = [1, .. preparation.Shape.Select(length => (long)length)];
            name = graph.AddNode("Expand", "channels", [name, graph.AddInt64("channels.shape", shape)]);
        }

        graph.AddNode("Squeeze", outputName, [name, batchAxis], outputName);
        graph.AddSingleOutput(outputName, DataType.Float, preparation.Shape.Select(length => (long)length));
        return graph.Build(metadata).ToByteArray();
    }

    /// <summary>Refuses what only a file can answer.</summary>
    /// <exception cref="ArgumentException">The preparation asks for something that a column does not know.</exception>
    public static void RequireColumnPreparation(ImagePreparation preparation)
    {
        var problem = preparation switch
        {
            { SpacingMillimetres: not null } => "a spacing in millimetres, which pixels in a column do not have",
            { Intensity.Kind: IntensityKind.FileWindow } => "the file's own window, which pixels in a column do not have",
            { Intensity.Kind: IntensityKind.Percentiles } => "percentiles, which have to be found when a file is loaded",
            { Frame: not null } or { ReorientToRas: true } => "a frame or an orientation, which are chosen when a file is loaded",
            { ReducedDecoding: true } => "reduced decoding, which concerns files only",
            _ => null,
        };
        if (problem is not null)
        {
            throw new ArgumentException($"The preparation asks for {problem}. Give it to the file loader, and prepare the column with the rest.", nameof(preparation));
        }
    }

    private static void RequireModestSize(OnnxImageInput input, AxisPlan[] axes)
    {
        if (axes.Aggregate((double)input.Channels, (product, axis) => product * axis.Resized) > MaxIntermediateValues)
        {
            throw new OnnxExportException(
                $"To be cut to the size, images of {string.Join(" x ", input.Spatial)} would be enlarged to {string.Join(" x ", axes.Select(axis => axis.Resized))}; pad or stretch them instead.");
        }
    }

    private static string WriteGrey(OnnxGraphBuilder graph, string colour, int spatialRank)
    {
        long[] shape = [1, ImageGeometry.GreyWeights.Length, .. Enumerable.Repeat(1L, spatialRank)];
        var weighted = graph.AddNode("Mul", "grey.weighted", [colour, graph.AddFloat32("grey.weights", shape, ImageGeometry.GreyWeights)]);
        return graph.AddNode("ReduceSum", "grey", [weighted, graph.AddInt64("grey.axis", [1])], attributes: OnnxAttribute.Of("keepdims", 1));
    }

    private static string WritePadding(OnnxGraphBuilder graph, PreprocessingWriter preprocessing, string image, double? given, bool isByte)
    {
        if (given is { } value)
        {
            return graph.AddScalar("padding", (float)value);
        }

        var darkest = graph.AddNode("ReduceMin", "darkest", [image], attributes: OnnxAttribute.Of("keepdims", 0));
        return isByte ? preprocessing.WriteByteRounding(darkest) : darkest;
    }

    private static string WriteCrop(OnnxGraphBuilder graph, string name, AxisPlan[] axes)
    {
        if (axes.All(axis => axis.Kept == axis.Resized))
        {
            return name;
        }

        return graph.AddNode("Slice", "cut",
        [
            name,
            graph.AddInt64("cut.starts", axes.Select(axis => axis.CropStart).ToArray()),
            graph.AddInt64("cut.ends", axes.Select(axis => axis.CropStart + axis.Kept).ToArray()),
            graph.AddInt64("cut.axes", Enumerable.Range(2, axes.Length).Select(axis => (long)axis).ToArray()),
        ]);
    }

    // The same three operations in the same order as in IntensityMap.
    private static string WriteIntensity(OnnxGraphBuilder graph, string name, ImageIntensity intensity)
    {
        if (intensity.Kind == IntensityKind.Unchanged)
        {
            return name;
        }

        var map = IntensityMap.TryCreate(intensity.Lower, intensity.Upper, intensity.Maximum, isInverted: false)!.Value;
        name = graph.AddNode("Sub", "above.black", [name, graph.AddScalar("black", map.Low)]);
        name = graph.AddNode("Mul", "scaled", [name, graph.AddScalar("factor", map.Factor)]);
        return graph.AddNode("Clip", "intensity", [name, graph.AddScalar("intensity.lowest", 0), graph.AddScalar("intensity.highest", map.Maximum)]);
    }
}
