using System.Buffers.Binary;
using System.Text.Json;

namespace TruncatedTL.MLNet.Weights.Safetensors;

/// <summary>The checked header of a safetensors file: every offset in it can be trusted.</summary>
internal sealed class SafetensorsHeader
{
    private static readonly JsonReaderOptions JsonOptions = new()
    {
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 8,
    };

    private readonly ByteSource _source;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly OrderedDictionary<string, string> _metadata = [];
    private readonly long _dataLength;

    private SafetensorsHeader(ByteSource source, long headerLength)
    {
        _source = source;
        DataStart = SafetensorsFormat.LengthFieldBytes + headerLength;
        _dataLength = source.Length - DataStart;
    }

    /// <summary>The tensors in header order.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>The free text of <c>__metadata__</c>, in header order.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Where the tensor bytes begin, in bytes from the start of the file.</summary>
    public long DataStart { get; }

    /// <summary>Reads and checks the header.</summary>
    public static SafetensorsHeader Read(ByteSource source)
    {
        if (source.Length < SafetensorsFormat.LengthFieldBytes + 2)
        {
            throw source.Damaged($"a safetensors file has at least 10 bytes, this one {source.Length}", 0);
        }

        Span<byte> lengthField = stackalloc byte[SafetensorsFormat.LengthFieldBytes];
        source.ReadExactly(0, lengthField);
        var declared = BinaryPrimitives.ReadUInt64LittleEndian(lengthField);
        if (declared > (ulong)SafetensorsFormat.MaxHeaderBytes)
        {
            throw source.Damaged(
                $"the safetensors header claims {declared} bytes; at most {SafetensorsFormat.MaxHeaderBytes} are allowed", 0);
        }

        if ((long)declared > source.Length - SafetensorsFormat.LengthFieldBytes)
        {
            throw source.Damaged(
                $"the safetensors header claims {declared} bytes, but the file has only {source.Length}: it is truncated or damaged", 0);
        }

        var header = new SafetensorsHeader(source, (long)declared);
        header.Parse(source.ReadBytes(SafetensorsFormat.LengthFieldBytes, (long)declared));
        header.CheckCoverage();
        return header;
    }

    private void Parse(byte[] json)
    {
        if (json.Length == 0 || json[0] != (byte)'{')
        {
            throw _source.Damaged("the safetensors header does not begin with '{'", SafetensorsFormat.LengthFieldBytes);
        }

        var reader = new Utf8JsonReader(json, JsonOptions);
        try
        {
            ParseEntries(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader reports text that is not valid UTF-8 or UTF-16.
            throw _source.Damaged("the safetensors header is not valid JSON", Offset(in reader), exception);
        }
    }

    private void ParseEntries(ref Utf8JsonReader reader)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (ReadMember(ref reader))
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw _source.Damaged($"the safetensors header names {DisplayText.Quote(name)} twice", Offset(in reader));
            }

            if (name == SafetensorsFormat.MetadataKey)
            {
                ParseMetadata(ref reader);
            }
            else
            {
                ParseEntry(ref reader, name);
            }
        }

        // Anything but white space after the closing brace makes this throw.
        reader.Read();
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object of strings as __metadata__");
        while (ReadMember(ref reader))
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"a string for {DisplayText.Quote(key)} in __metadata__");
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw _source.Damaged($"__metadata__ names {DisplayText.Quote(key)} twice", Offset(in reader));
            }
        }
    }

    private void ParseEntry(ref Utf8JsonReader reader, string name)
    {
        var quoted = DisplayText.Quote(name);
        var start = Offset(in reader);
        Expect(ref reader, JsonTokenType.StartObject, $"an object for tensor {quoted}");
        string? elementTypeName = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (ReadMember(ref reader))
        {
            var member = reader.GetString()!;
            switch (member)
            {
                case "dtype" when elementTypeName is null:
                    Expect(ref reader, JsonTokenType.String, $"a string as dtype of tensor {quoted}");
                    elementTypeName = reader.GetString()!;
                    break;
                case "shape" when shape is null:
                    shape = ParseIntegers(ref reader, $"shape of tensor {quoted}");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseIntegers(ref reader, $"data_offsets of tensor {quoted}");
                    break;
                default:
                    throw _source.Damaged($"tensor {quoted} has an unknown or repeated field {DisplayText.Quote(member)}", Offset(in reader));
            }
        }

        if (elementTypeName is null || shape is null || offsets is null)
        {
            throw _source.Damaged($"tensor {quoted} lacks its dtype, shape or data_offsets", start);
        }

        _entries.Add(Check(name, elementTypeName, shape, offsets, start));
    }

    private SafetensorsEntry Check(string name, string elementTypeName, List<long> shape, List<long> offsets, long start)
    {
        var quoted = DisplayText.Quote(name);
        if (!SafetensorsElementTypes.TryParse(elementTypeName, out var elementType))
        {
            throw _source.Damaged($"tensor {quoted} has element type {DisplayText.Quote(elementTypeName)}, which is not supported", start);
        }

        if (offsets.Count != 2 || offsets[0] > offsets[1])
        {
            throw _source.Damaged($"data_offsets of tensor {quoted} must be a begin and an end, not {TensorShape.Format(offsets)}", start);
        }

        if (!TensorShape.TryGetByteCount(shape, elementType, out var byteCount) || byteCount != offsets[1] - offsets[0])
        {
            throw _source.Damaged(
                $"tensor {quoted} has {offsets[1] - offsets[0]} bytes, which does not fit {elementTypeName} {TensorShape.Format(shape)}", start);
        }

        if (offsets[1] > _dataLength)
        {
            throw _source.Damaged(
                $"tensor {quoted} ends at byte {offsets[1]} of the data, but the file has only {_dataLength}: it is truncated or damaged", start);
        }

        return new SafetensorsEntry(name, elementType, [.. shape], offsets[0], offsets[1]);
    }

    // The format demands that tensors cover the data without gaps or overlaps; both would hide something.
    private void CheckCoverage()
    {
        var end = 0L;
        foreach (var entry in _entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end)
            {
                var problem = entry.Begin < end ? "overlaps another tensor" : "leaves unused bytes before it";
                throw _source.Damaged($"tensor {DisplayText.Quote(entry.Name)} {problem}", DataStart + entry.Begin);
            }

            end = entry.End;
        }

        if (end != _dataLength)
        {
            throw _source.Damaged($"{_dataLength - end} bytes after the last tensor belong to no tensor", DataStart + end);
        }
    }

    private List<long> ParseIntegers(ref Utf8JsonReader reader, string what)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"an array as {what}");
        var values = new List<long>();
        while (true)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return values;
            }

            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
            {
                throw _source.Damaged($"{what} must hold non-negative integers", Offset(in reader));
            }

            if (values.Count == TensorShape.MaxRank)
            {
                throw _source.Damaged($"{what} has more than {TensorShape.MaxRank} numbers", Offset(in reader));
            }

            values.Add(value);
        }
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what)
    {
        reader.Read();
        if (reader.TokenType != expected)
        {
            throw _source.Damaged($"the safetensors header should have {what}", Offset(in reader));
        }
    }

    private static bool ReadMember(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    private static long Offset(in Utf8JsonReader reader) => SafetensorsFormat.LengthFieldBytes + reader.TokenStartIndex;
}
