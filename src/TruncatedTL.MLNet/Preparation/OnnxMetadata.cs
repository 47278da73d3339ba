using System.Text;

namespace TruncatedTL.MLNet.Preparation;

/// <summary>
/// Reads facts from an ONNX file as a stream, field by field: a model's weights would otherwise be taken into memory for a line of text.
/// </summary>
internal static class OnnxMetadata
{
    private const int MetadataField = 14;
    private const int KeyField = 1;
    private const int ValueField = 2;
    private const int LengthDelimited = 2;
    private const int MaxFactBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All facts, in the order of the file.</summary>
    /// <param name="model">The model, read from its current position.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="InvalidDataException">It is not an ONNX model.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(Stream model, long length)
    {
        var found = new List<KeyValuePair<string, string>>();
        var reader = new FieldReader(model, length);
        while (reader.Next() is var (field, wireType, fieldLength) && field != 0)
        {
            if (field != MetadataField || wireType != LengthDelimited)
            {
                reader.Skip(fieldLength);
                continue;
            }

            found.Add(ReadFact(reader.ReadBytes(fieldLength, MaxFactBytes)));
        }

        return found;
    }

    private static KeyValuePair<string, string> ReadFact(byte[] fact)
    {
        var (key, value) = (string.Empty, string.Empty);
        using var stream = new MemoryStream(fact, writable: false);
        var reader = new FieldReader(stream, fact.Length);
        while (reader.Next() is var (field, wireType, fieldLength) && field != 0)
        {
            if (wireType != LengthDelimited)
            {
                reader.Skip(fieldLength);
                continue;
            }

            var text = Strict.GetString(reader.ReadBytes(fieldLength, MaxFactBytes));
            (key, value) = field switch
            {
                KeyField => (text, value),
                ValueField => (key, text),
                _ => (key, value),
            };
        }

        return KeyValuePair.Create(key, value);
    }

    /// <summary>Protobuf's outermost layer: number, wire type and length of each field.</summary>
    private sealed class FieldReader(Stream stream, long length)
    {
        private readonly BufferedStream _buffered = new(stream, 1 << 16);
        private long _remaining = length;

        /// <summary>The next field, or number 0 at the end. The length is that of what follows; for a variable-length number it is read already.</summary>
        public (long Field, int WireType, long Length) Next()
        {
            if (_remaining == 0)
            {
                return (0, 0, 0);
            }

            var tag = ReadNumber();
            var (field, wireType) = ((long)(tag >> 3), (int)(tag & 7));
            if (field is 0 or > int.MaxValue)
            {
                throw new InvalidDataException("a field of an ONNX model has no number");
            }

            switch (wireType)
            {
                case 0:
                    ReadNumber();
                    return (field, wireType, 0);
                case 1:
                    return (field, wireType, 8);
                case LengthDelimited:
                    var fieldLength = ReadNumber();
                    return fieldLength <= (ulong)_remaining
                        ? (field, wireType, (long)fieldLength)
                        : throw new InvalidDataException("a field of an ONNX model is longer than the model");
                case 5:
                    return (field, wireType, 4);
                default:
                    throw new InvalidDataException($"a field of an ONNX model has the unknown wire type {wireType}");
            }
        }

        public byte[] ReadBytes(long count, int limit)
        {
            if (count > limit)
            {
                throw new InvalidDataException($"a fact of {count} bytes is longer than the {limit} that are read");
            }

            var bytes = new byte[count];
            Take(count);
            _buffered.ReadExactly(bytes);
            return bytes;
        }

        public void Skip(long count)
        {
            Take(count);
            if (_buffered.CanSeek)
            {
                _buffered.Seek(count, SeekOrigin.Current);
                return;
            }

            var scratch = new byte[Math.Min(count, 1 << 16)];
            for (var left = count; left > 0;)
            {
                var part = scratch.AsSpan(..(int)Math.Min(left, scratch.Length));
                _buffered.ReadExactly(part);
                left -= part.Length;
            }
        }

        private ulong ReadNumber()
        {
            var number = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                Take(1);
                var next = _buffered.ReadByte();
                if (next < 0)
                {
                    throw new EndOfStreamException("an ONNX model ends in the middle of a field");
                }

                number |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return number;
                }
            }

            throw new InvalidDataException("a number in an ONNX model does not end");
        }

        private void Take(long count)
        {
            _remaining -= count;
            if (_remaining < 0)
            {
                throw new EndOfStreamException("an ONNX model ends in the middle of a field");
            }
        }
    }
}
