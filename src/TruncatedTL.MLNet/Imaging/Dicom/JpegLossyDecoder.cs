using System.Runtime.InteropServices;
using JpegLibrary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// Baseline, extended and progressive JPEG with Huffman codes, 8 and 12 bits (ITU-T T.81, annexes F and G), decoded by JpegLibrary. That library
/// trusts its input: sampling factors, tables and scans that no encoder writes lead it out of its buffers or round and round. So it is given a
/// stream that is put together from segments that were checked, and no others.
/// </summary>
internal sealed class JpegLossyDecoder(JpegFrameHeader frame, string name)
{
    // Encoders write ten or so; each passes over the whole image, however few bytes it has.
    private const int MaxScans = 64;

    // The library counts the bytes of its coefficients, 128 a block, in 31 bits.
    private const long MaxBlocks = 1 << 23;

    private bool IsProgressive => frame.Marker == JpegSegment.StartOfFrameProgressive;

    /// <summary>Decodes a stream.</summary>
    /// <param name="segments">The stream.</param>
    /// <param name="raw">Takes the values, [H, W, components].</param>
    public void Decode(IReadOnlyList<JpegSegment> segments, uint[] raw)
    {
        var stream = Rebuild(segments);
        try
        {
            var decoder = new JpegDecoder();
            decoder.SetInput(stream);
            decoder.SetOutputWriter(new Writer(frame, raw));
            decoder.Decode();
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or ArithmeticException or NullReferenceException)
        {
            // The library has no exception of its own for damaged input, and after any error it still turns the coefficients of components that it has not seen yet.
            throw new ImageFormatException(name, "the JPEG stream of a frame is damaged", exception);
        }
    }

    private byte[] Rebuild(IReadOnlyList<JpegSegment> segments)
    {
        CheckFrame();
        using var stream = new MemoryStream();
        stream.Write([0xFF, JpegSegment.StartOfImage]);
        var scans = 0;
        var quantizationTables = new HashSet<int>();
        foreach (var segment in segments)
        {
            // Tables are written one a segment: the library misreads lengths whose lower byte is 0 or 1, which several tables together can have.
            var parts = Parts(segment);
            foreach (var part in parts)
            {
                // Should a damaged scan end at the wrong place, the library looks for the next FF; behind scans it must find none but true markers.
                if (scans > 0 && part.Contains((byte)0xFF))
                {
                    throw Damaged("a segment between its scans");
                }

                stream.Write([0xFF, segment.Marker, (byte)((part.Length + 2) >> 8), (byte)(part.Length + 2)]);
                stream.Write(part);
                stream.Write(segment.EntropyCoded.Span);
            }

            if (segment.Marker == JpegSegment.QuantizationTables)
            {
                quantizationTables.UnionWith(parts.Select(part => part[0] & 15));
            }

            scans += segment.Marker == JpegSegment.StartOfScan ? 1 : 0;
        }

        if (frame.Components.Any(component => !quantizationTables.Contains(component.QuantizationTable)))
        {
            throw Damaged("a quantization table");
        }

        if (scans == 0 || scans > (IsProgressive ? MaxScans : 1))
        {
            throw new ImageFormatException(name, $"a {(IsProgressive ? "progressive" : "sequential")} JPEG stream with {scans} scans is not supported");
        }

        stream.Write([0xFF, JpegSegment.EndOfImage]);
        return stream.ToArray();
    }

    // What is passed on of a segment; nothing of those that do not matter for the values.
    private IReadOnlyList<byte[]> Parts(JpegSegment segment)
    {
        var payload = segment.Payload.ToArray();
        switch (segment.Marker)
        {
            case JpegSegment.HuffmanTables:
                return [.. JpegHuffmanTable.Read(segment, name).Select(table => table.Definition)];
            case JpegSegment.QuantizationTables:
                return QuantizationTables(payload);
            case JpegSegment.RestartInterval when payload.Length == 2:
                return [payload];
            case JpegSegment.StartOfScan:
                CheckScan(payload);
                return [payload];
            default:
                if (segment.IsStartOfFrame && frame.Components.Count == 1)
                {
                    // One component alone has nothing to be sampled against, whatever its factors say (A.2.2).
                    payload[7] = 0x11;
                }

                return segment.IsStartOfFrame ? [payload] : [];
        }
    }

    private void CheckFrame()
    {
        var horizontal = frame.Components.Max(component => component.HorizontalSampling);
        var vertical = frame.Components.Max(component => component.VerticalSampling);
        var isUsual = frame.Components.Count == 1 || (horizontal is 1 or 2 or 4 && vertical is 1 or 2 or 4 && frame.Components.All(component =>
            (component.HorizontalSampling == 1 || component.HorizontalSampling == horizontal) && (component.VerticalSampling == 1 || component.VerticalSampling == vertical)));
        if (!isUsual || frame.Precision is not (8 or 12))
        {
            throw new ImageFormatException(name, "lossy JPEG is supported for 8 and 12 bits and for colours that are sampled at every pixel or at every second or fourth");
        }

        if (IsProgressive && ((frame.Width + 7L) / 8) * ((frame.Height + 7) / 8) * frame.Components.Count > MaxBlocks)
        {
            throw new ImageFormatException(name, $"a progressive JPEG stream of {frame.Height} x {frame.Width} pixels is not supported; the limit is {MaxBlocks} blocks of 64 values");
        }
    }

    private List<byte[]> QuantizationTables(byte[] payload)
    {
        var tables = new List<byte[]>();
        for (var at = 0; at < payload.Length; at += tables[^1].Length)
        {
            var length = payload[at] >> 4 == 0 ? 65 : 129;
            if (payload[at] >> 4 > 1 || (payload[at] & 15) > 3 || payload.Length - at < length)
            {
                throw Damaged("a quantization table");
            }

            tables.Add(payload[at..(at + length)]);
        }

        return tables;
    }

    private void CheckScan(byte[] payload)
    {
        var count = payload.Length > 0 ? payload[0] : 0;
        if (count == 0 || payload.Length != 4 + (2 * count))
        {
            throw Damaged("the header of a scan");
        }

        var ids = Enumerable.Range(0, count).Select(i => payload[1 + (2 * i)]).ToArray();
        var tables = Enumerable.Range(0, count).Select(i => payload[2 + (2 * i)]);
        if (ids.Distinct().Count() != count || ids.Except(frame.Components.Select(component => component.Id)).Any() || tables.Any(table => table >> 4 > 3 || (table & 15) > 3))
        {
            throw Damaged("the header of a scan");
        }

        if (!IsProgressive && count != frame.Components.Count)
        {
            throw new ImageFormatException(name, "a sequential JPEG stream whose colours are in several scans is not supported");
        }

        // G.1.1.1: means and details come in scans of their own, details one component at a time.
        var (first, last, approximation) = (payload[^3], payload[^2], payload[^1]);
        var isSound = first == 0 ? last == 0 : first <= last && last < 64 && count == 1;
        if (IsProgressive && (!isSound || approximation >> 4 > 13 || (approximation & 15) > 13))
        {
            throw Damaged("the header of a scan");
        }
    }

    private ImageFormatException Damaged(string what) => new(name, $"{what} of a JPEG stream is damaged");

    private sealed class Writer(JpegFrameHeader frame, uint[] raw) : JpegBlockOutputWriter
    {
        private const int BlockLength = 8;

        private readonly short _max = (short)((1 << frame.Precision) - 1);

        public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            var block = MemoryMarshal.CreateReadOnlySpan(ref blockRef, BlockLength * BlockLength);
            for (var row = 0; row < Math.Min(BlockLength, frame.Height - y); row++)
            {
                for (var column = 0; column < Math.Min(BlockLength, frame.Width - x); column++)
                {
                    var pixel = ((y + row) * frame.Width) + x + column;
                    raw[(pixel * frame.Components.Count) + componentIndex] = (uint)Math.Clamp(block[(row * BlockLength) + column], (short)0, _max);
                }
            }
        }
    }
}
