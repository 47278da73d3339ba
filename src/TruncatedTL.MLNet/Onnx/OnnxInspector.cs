using System.Globalization;
using Google.Protobuf;
using TruncatedTL.MLNet.Onnx.Schema;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Reads ONNX files without a runtime. Length and nesting of what is read are bounded.</summary>
internal static class OnnxInspector
{
    // A model, its graph, a tensor type and its shape are five deep; nested graphs are not read.
    private const int NestingLimit = 32;

    /// <summary>Reads a model.</summary>
    /// <param name="model">The file, read from its current position to its end.</param>
    /// <param name="maximumBytes">What is longer is refused.</param>
    /// <exception cref="InvalidDataException">It is not an ONNX model, or longer than allowed.</exception>
    public static OnnxModelSummary Inspect(Stream model, int maximumBytes = int.MaxValue) => Summarize(Parse(model, maximumBytes));

    /// <inheritdoc cref="Inspect(Stream, int)"/>
    public static OnnxModelSummary Inspect(byte[] model)
    {
        using var stream = new MemoryStream(model, writable: false);
        return Inspect(stream);
    }

    /// <summary>Reads a model in full.</summary>
    /// <inheritdoc cref="Inspect(Stream, int)" path="/param|/exception"/>
    public static ModelProto Parse(Stream model, int maximumBytes = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumBytes, 1);
        ModelProto parsed;
        try
        {
            // Disposing the reader would close the caller's stream.
            parsed = ModelProto.Parser.ParseFrom(CodedInputStream.CreateWithLimits(model, maximumBytes, NestingLimit));
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"This is not an ONNX model, or it is damaged or longer than {maximumBytes} bytes: {exception.Message}", exception);
        }

        return parsed is { HasIrVersion: true, Graph: not null }
            ? parsed
            : throw new InvalidDataException("This is not an ONNX model: it has no version or no graph.");
    }

    private static OnnxModelSummary Summarize(ModelProto model)
    {
        var constants = model.Graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return new OnnxModelSummary(
            model.IrVersion,
            model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 0,
            $"{model.ProducerName} {model.ProducerVersion}".Trim(),
            model.Graph.Input.Where(v => !constants.Contains(v.Name)).Select(Describe).ToArray(),
            model.Graph.Output.Select(Describe).ToArray(),
            model.Graph.Node.CountBy(n => n.OpType).ToDictionary(),
            model.MetadataProps.GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value),
            model.Graph.Initializer.Count,
            model.Graph.Initializer.Sum(CountValueBytes));
    }

    private static OnnxValueSummary Describe(ValueInfoProto value)
    {
        if (value.Type?.TensorType is not { } tensor)
        {
            return new OnnxValueSummary(value.Name, "?", []);
        }

        var shape = tensor.Shape?.Dim.Select(Describe).ToArray() ?? [];
        return new OnnxValueSummary(value.Name, tensor.ElemType.ToString(), shape);
    }

    private static string Describe(TensorShapeProto.Types.Dimension dimension) => dimension.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => dimension.DimValue.ToString(CultureInfo.InvariantCulture),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => dimension.DimParam,
        _ => "?",
    };

    private static long CountValueBytes(TensorProto tensor) =>
        tensor.RawData.Length
        + 4L * tensor.FloatData.Count
        + 4L * tensor.Int32Data.Count
        + 8L * tensor.Int64Data.Count
        + 8L * tensor.DoubleData.Count
        + 8L * tensor.Uint64Data.Count
        + tensor.StringData.Sum(s => (long)s.Length);
}
