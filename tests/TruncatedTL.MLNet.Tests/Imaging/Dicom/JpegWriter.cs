namespace TruncatedTL.MLNet.Tests.Imaging.Dicom;

/// <summary>
/// Writes small JPEG streams for tests, independently of the decoders (ITU-T T.81): lossless with any predictor, and sequential ones whose blocks
/// are flat, so that the values that must come out are known exactly.
/// </summary>
internal sealed class JpegWriter
{
    public static readonly byte[] Jfif = [0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0];

    private readonly List<byte> _bytes = [0xFF, 0xD8];
    private int _bits;
    private int _bitCount;

    public static byte[] Adobe(byte transform) => [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, transform];

    /// <summary>A lossless stream of values in the order [H, W, components]; their lowest bits are lost where there is a point transform.</summary>
    public static byte[] Lossless(int rows, int columns, int components, int precision, uint[] values, int predictor = 1, int pointTransform = 0, int restartRows = 0, byte[]? extra = null)
    {
        var writer = new JpegWriter();
        writer._bytes.AddRange(extra ?? []);
        writer.FrameHeader(0xC3, precision, rows, columns, [.. Enumerable.Repeat((1, 1), components)], [1, 2, 3]);
        // 17 numbers of bits, each with a code of 5 bits.
        writer.Segment(0xC4, [0x00, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 17).Select(i => (byte)i)]);
        if (restartRows > 0)
        {
            writer.Segment(0xDD, [(byte)(restartRows * columns >> 8), (byte)(restartRows * columns)]);
        }

        writer.Segment(0xDA, [(byte)components, .. Enumerable.Range(1, components).SelectMany(id => new byte[] { (byte)id, 0 }), (byte)predictor, 0, (byte)pointTransform]);
        long At(int row, int column, int component) => values[(((row * columns) + column) * components) + component] >> pointTransform;
        for (var row = 0; row < rows; row++)
        {
            var isFirst = restartRows > 0 ? row % restartRows == 0 : row == 0;
            if (isFirst && row > 0)
            {
                writer.Flush();
                writer._bytes.AddRange([0xFF, (byte)(0xD0 + (((row / restartRows) - 1) % 8))]);
            }

            for (var column = 0; column < columns; column++)
            {
                for (var component = 0; component < components; component++)
                {
                    var (a, b) = (column > 0 ? At(row, column - 1, component) : 0, row > 0 ? At(row - 1, column, component) : 0);
                    var c = row > 0 && column > 0 ? At(row - 1, column - 1, component) : 0;
                    long[] predictions = [0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1];
                    var prediction = isFirst ? column == 0 ? 1L << (precision - pointTransform - 1) : a : column == 0 ? b : predictions[predictor];
                    var difference = (At(row, column, component) - prediction) & 0xFFFF;
                    writer.Difference((int)(difference > 32768 ? difference - 65536 : difference), codeBits: 5);
                }
            }
        }

        return writer.End();
    }

    /// <summary>A sequential stream of flat blocks, whose values are given by component, block column and block row of that component.</summary>
    public static byte[] Flat(int precision, int rows, int columns, (int H, int V)[] sampling, Func<int, int, int, int> value, byte[]? extra = null, byte[]? ids = null, bool isProgressive = false)
    {
        var writer = new JpegWriter();
        ids ??= [1, 2, 3];
        writer._bytes.AddRange(extra ?? []);
        writer.Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]);
        writer.FrameHeader(isProgressive ? (byte)0xC2 : precision == 8 ? (byte)0xC0 : (byte)0xC1, precision, rows, columns, sampling, ids);
        writer.Segment(0xC4, [0x00, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Enumerable.Range(0, 16).Select(i => (byte)i)]);
        // One code of one bit: nothing but the mean in this block.
        writer.Segment(0xC4, [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Segment(0xDA, [(byte)sampling.Length, .. ids.Take(sampling.Length).SelectMany(id => new byte[] { id, 0 }), 0, (byte)(isProgressive ? 0 : 63), 0]);
        var (maxH, maxV) = (sampling.Max(s => s.H), sampling.Max(s => s.V));
        var last = new int[sampling.Length];
        for (var y = 0; y < (rows + (8 * maxV) - 1) / (8 * maxV); y++)
        {
            for (var x = 0; x < (columns + (8 * maxH) - 1) / (8 * maxH); x++)
            {
                for (var component = 0; component < sampling.Length; component++)
                {
                    // A component alone comes block by block (A.2.2).
                    var (h, v) = sampling[component];
                    for (var block = 0; block < h * v; block++)
                    {
                        var mean = 8 * (value(component, (x * h) + (block % h), (y * v) + (block / h)) - (1 << (precision - 1)));
                        writer.Difference(mean - last[component], codeBits: 5);
                        last[component] = mean;
                        writer.Bits(0, isProgressive ? 0 : 1);
                    }
                }
            }
        }

        return writer.End();
    }

    private void FrameHeader(byte marker, int precision, int rows, int columns, (int H, int V)[] sampling, byte[] ids) => Segment(
        marker,
        [(byte)precision, (byte)(rows >> 8), (byte)rows, (byte)(columns >> 8), (byte)columns, (byte)sampling.Length, .. sampling.SelectMany((s, i) => new byte[] { ids[i], (byte)((s.H << 4) | s.V), 0 })]);

    private void Segment(byte marker, byte[] payload) => _bytes.AddRange([0xFF, marker, (byte)((payload.Length + 2) >> 8), (byte)(payload.Length + 2), .. payload]);

    private void Difference(int difference, int codeBits)
    {
        var bits = difference == 0 ? 0 : 32 - int.LeadingZeroCount(Math.Abs(difference));
        Bits(bits, codeBits);
        if (bits is > 0 and < 16)
        {
            Bits(difference > 0 ? difference : difference + (1 << bits) - 1, bits);
        }
    }

    private void Bits(int value, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            _bits = (_bits << 1) | ((value >> i) & 1);
            if (++_bitCount == 8)
            {
                _bytes.AddRange(_bits == 0xFF ? [0xFF, 0] : [(byte)_bits]);
                (_bits, _bitCount) = (0, 0);
            }
        }
    }

    private void Flush()
    {
        while (_bitCount != 0)
        {
            Bits(1, 1);
        }
    }

    private byte[] End()
    {
        Flush();
        _bytes.AddRange([0xFF, 0xD9]);
        return [.. _bytes];
    }
}
