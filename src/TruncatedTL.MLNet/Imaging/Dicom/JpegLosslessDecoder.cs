using System.Buffers.Binary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// Lossless JPEG with Huffman codes, 2 to 16 bits (ITU-T T.81, annex H; process 14). It is ours because the library that decodes the lossy processes
/// predicts the first line otherwise than H.1.2.1 wants for most predictors, takes 16-bit values for signed, and does not notice a stream that ends too early.
/// </summary>
internal sealed class JpegLosslessDecoder(JpegFrameHeader frame, string name)
{
    private readonly JpegHuffmanTable?[] _tables = new JpegHuffmanTable?[4];
    private readonly bool[] _isDone = new bool[frame.Components.Count];
    private int _restartInterval;

    /// <summary>Decodes all scans of a stream.</summary>
    /// <param name="segments">The stream.</param>
    /// <param name="raw">Takes the values, [H, W, components].</param>
    public void Decode(IReadOnlyList<JpegSegment> segments, uint[] raw)
    {
        // One component alone has nothing to be sampled against, whatever its factors say (A.2.2).
        if (frame.Precision is < 2 or > 16 || (frame.Components.Count > 1 && frame.Components.Any(component => component is not { HorizontalSampling: 1, VerticalSampling: 1 })))
        {
            throw new ImageFormatException(name, "lossless JPEG is supported for 2 to 16 bits and for colours that are sampled at every pixel");
        }

        foreach (var segment in segments)
        {
            switch (segment.Marker)
            {
                case JpegSegment.HuffmanTables:
                    foreach (var table in JpegHuffmanTable.Read(segment, name).Where(table => !table.IsAc))
                    {
                        _tables[table.Id] = table;
                    }

                    break;
                case JpegSegment.RestartInterval:
                    _restartInterval = segment.Payload.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(segment.Payload.Span) : throw Damaged("a restart interval has a wrong length");
                    break;
                case JpegSegment.StartOfScan:
                    DecodeScan(segment, raw);
                    break;
                default:
                    break;
            }
        }

        if (!_isDone.All(isDone => isDone))
        {
            throw Damaged("a component has no values");
        }
    }

    private void DecodeScan(JpegSegment segment, uint[] raw)
    {
        var header = segment.Payload.Span;
        if (header.Length < 4 || header[0] == 0 || header.Length != 4 + (2 * header[0]))
        {
            throw Damaged("the header of a scan is wrong");
        }

        var parts = new (int Component, JpegHuffmanTable Table)[header[0]];
        for (var i = 0; i < parts.Length; i++)
        {
            var id = header[1 + (2 * i)];
            var component = frame.Components.TakeWhile(candidate => candidate.Id != id).Count();
            var selector = header[2 + (2 * i)] >> 4;
            if (component == frame.Components.Count || _isDone[component] || selector > 3 || _tables[selector] is not { } table)
            {
                throw Damaged("a scan has a component or a table that is not there, or a component twice");
            }

            _isDone[component] = true;
            parts[i] = (component, table);
        }

        var predictor = header[^3];
        var pointTransform = header[^1] & 15;
        if (predictor is < 1 or > 7 || pointTransform >= frame.Precision || _restartInterval % frame.Width != 0)
        {
            throw Damaged("predictor, point transform or restart interval are not among those of the standard");
        }

        DecodeRows(segment.EntropyCoded.Span, raw, parts, predictor, frame.Precision - pointTransform);
        foreach (var (component, _) in pointTransform > 0 ? parts : [])
        {
            for (var i = component; i < raw.Length; i += frame.Components.Count)
            {
                raw[i] <<= pointTransform;
            }
        }
    }

    private void DecodeRows(ReadOnlySpan<byte> entropyCoded, uint[] raw, (int Component, JpegHuffmanTable Table)[] parts, int predictor, int bits)
    {
        var reader = new JpegBitReader(entropyCoded, name);
        var step = frame.Components.Count;
        var stride = frame.Width * step;
        var rowsPerRestart = _restartInterval == 0 ? int.MaxValue : _restartInterval / frame.Width;
        for (var row = 0; row < frame.Height; row++)
        {
            var isFirst = row % rowsPerRestart == 0;
            if (isFirst && row > 0)
            {
                reader.Restart();
            }

            for (var column = 0; column < frame.Width; column++)
            {
                foreach (var (component, table) in parts)
                {
                    var at = (row * stride) + (column * step) + component;
                    var prediction = isFirst
                        ? column == 0 ? 1 << (bits - 1) : (int)raw[at - step]
                        : column == 0 ? (int)raw[at - stride] : Predict(predictor, (int)raw[at - step], (int)raw[at - stride], (int)raw[at - stride - step]);
                    var value = (prediction + reader.ReadDifference(reader.ReadSymbol(table))) & 0xFFFF;
                    raw[at] = value >> bits == 0 ? (uint)value : throw Damaged("a value has more bits than its header says");
                }
            }
        }
    }

    // Table H.1: a is the value to the left, b the one above, c the one above to the left.
    private static int Predict(int predictor, int a, int b, int c) => predictor switch
    {
        1 => a,
        2 => b,
        3 => c,
        4 => a + b - c,
        5 => a + ((b - c) >> 1),
        6 => b + ((a - c) >> 1),
        _ => (a + b) >> 1,
    };

    private ImageFormatException Damaged(string problem) => new(name, $"a lossless JPEG stream is damaged: {problem}");
}
