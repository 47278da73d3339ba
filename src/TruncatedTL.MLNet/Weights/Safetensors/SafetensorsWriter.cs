using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>
/// Writes safetensors files. The header keeps the order of the tensors; their bytes are laid out with the widest
/// element type first, so that every tensor starts at a multiple of its element size.
/// </summary>
internal static class SafetensorsWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the file; the same input gives the same bytes.</summary>
    public static void Write(Stream stream, WeightsFile file)
    {
        var layout = file.Tensors
            .OrderByDescending(tensor => tensor.Value.ElementType.SizeBytes())
            .ToList();
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        var end = 0L;
        foreach (var (name, tensor) in layout)
        {
            begins.Add(name, end);
            end += tensor.Bytes.Length;
        }

        stream.Write(BuildHeader(file, begins));
        foreach (var (_, tensor) in layout)
        {
            stream.Write(tensor.Bytes.Span);
        }
    }

    private static ReadOnlySpan<byte> BuildHeader(WeightsFile file, Dictionary<string, long> begins)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        buffer.Advance(ZeroedLengthField(buffer));

        // The relaxed encoder keeps names readable; the file is not meant for HTML.
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            if (file.Metadata.Count > 0)
            {
                writer.WriteStartObject(SafetensorsFormat.MetadataKey);
                foreach (var (key, value) in file.Metadata)
                {
                    writer.WriteString(Checked(key), Checked(value));
                }

                writer.WriteEndObject();
            }

            foreach (var (name, tensor) in file.Tensors)
            {
                WriteEntry(writer, name, tensor, begins[name]);
            }

            writer.WriteEndObject();
        }

        while (buffer.WrittenCount % SafetensorsFormat.Alignment != 0)
        {
            buffer.Write(" "u8);
        }

        var headerLength = buffer.WrittenCount - SafetensorsFormat.LengthFieldBytes;
        if (headerLength > SafetensorsFormat.MaxHeaderBytes)
        {
            throw new WeightsException(
                $"Cannot save safetensors: names and metadata take {headerLength} bytes; the format allows {SafetensorsFormat.MaxHeaderBytes}.");
        }

        var header = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, headerLength);
        return header;
    }

    private static int ZeroedLengthField(ArrayBufferWriter<byte> buffer)
    {
        buffer.GetSpan(SafetensorsFormat.LengthFieldBytes)[..SafetensorsFormat.LengthFieldBytes].Clear();
        return SafetensorsFormat.LengthFieldBytes;
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, TensorData tensor, long begin)
    {
        if (name == SafetensorsFormat.MetadataKey)
        {
            throw new WeightsException($"Cannot save safetensors: the format reserves the name '{name}', so no tensor can have it.");
        }

        writer.WriteStartObject(Checked(name));
        writer.WriteString("dtype", SafetensorsElementTypes.ToName(tensor.ElementType));
        writer.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(begin);
        writer.WriteNumberValue(begin + tensor.Bytes.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // The JSON writer would replace half a surrogate pair silently, and two names could become one.
    private static string Checked(string text)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
            return text;
        }
        catch (EncoderFallbackException exception)
        {
            throw new WeightsException($"Cannot save safetensors: {DisplayText.Quote(text)} is not valid Unicode text.", exception);
        }
    }
}
