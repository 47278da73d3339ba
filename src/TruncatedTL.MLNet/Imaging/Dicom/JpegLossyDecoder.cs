using System.Runtime.InteropServices;
using JpegLibrary;
using TruncatedTL.MLNet.Data;

namespace TruncatedTL.MLNet.Imaging.Dicom;

/// <summary>
/// Baseline and extended sequential JPEG with Huffman codes, 8 and 12 bits (ITU-T T.81, annex F; processes 1, 2 and 4), decoded by JpegLibrary. That library
/// trusts its input: sampling factors and tables that no encoder writes lead it out of its buffers or round and round. So it is given a
/// stream that is put together from segments that were checked, and no others.
/// </summary>
internal sealed class JpegLossyDecoder(JpegFrameHeader frame, string name)
{
    /// <summary>Decodes a stream of one scan.</summary>
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
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException or IndexOutOfRangeException or ArithmeticException)
        {
            // The library has no exception of its own for damaged input.
            throw new ImageFormatException(name, "the JPEG stream of a frame is damaged", exception);
        }
    }

    private byte[] Rebuild(IReadOnlyList<JpegSegment> segments)
    {
        CheckFrame();
        using var stream = new MemoryStream();
        stream.Write([0xFF, JpegSegment.StartOfImage]);
        var scans = 0;
        foreach (var segment in segments)
        {
            var payload = segment.Payload.ToArray();
            if (segment.IsStartOfFrame && frame.Components.Count == 1)
            {
                // One component alone has nothing to be sampled against, whatever its factors say (A.2.2).
                payload[7] = 0x11;
            }

            switch (segment.Marker)
            {
                case JpegSegment.HuffmanTables:
                    JpegHuffmanTable.Read(segment, name);
                    break;
                case JpegSegment.QuantizationTables:
                    CheckQuantizationTables(payload);
                    break;
                case JpegSegment.RestartInterval when payload.Length == 2:
                    break;
                case JpegSegment.StartOfScan:
                    scans++;
                    CheckScan(payload);
                    break;
                default:
                    if (segment.IsStartOfFrame)
                    {
                        break;
                    }

                    continue;
            }

            if (scans > 1 || (scans == 1 && segment.Marker != JpegSegment.StartOfScan))
            {
                break;
            }

            stream.Write([0xFF, segment.Marker, (byte)((payload.Length + 2) >> 8), (byte)(payload.Length + 2)]);
            stream.Write(payload);
            stream.Write(segment.EntropyCoded.Span);
        }

        if (scans != 1)
        {
            throw new ImageFormatException(name, $"a sequential JPEG stream with {scans} scans is not supported");
        }

        stream.Write([0xFF, JpegSegment.EndOfImage]);
        return stream.ToArray();
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
    }

    private void CheckQuantizationTables(ReadOnlySpan<byte> payload)
    {
        while (payload.Length > 0)
        {
            var length = payload[0] >> 4 == 0 ? 65 : 129;
            if (payload[0] >> 4 > 1 || (payload[0] & 15) > 3 || payload.Length < length)
            {
                throw new ImageFormatException(name, "a quantization table of a JPEG stream is damaged");
            }

            payload = payload[length..];
        }
    }

    private void CheckScan(ReadOnlySpan<byte> payload)
    {
        var count = frame.Components.Count;
        if (payload.Length != 4 + (2 * count) || payload[0] != count)
        {
            throw new ImageFormatException(name, "a sequential JPEG stream whose colours are in several scans is not supported");
        }

        for (var i = 0; i < count; i++)
        {
            var tables = payload[2 + (2 * i)];
            if (payload[1 + (2 * i)] != frame.Components[i].Id || tables >> 4 > 3 || (tables & 15) > 3)
            {
                throw new ImageFormatException(name, "the header of a scan of a JPEG stream is damaged");
            }
        }
    }

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
