namespace TruncatedTL.MLNet;

/// <summary>A picture of many small images in rows and columns.</summary>
internal sealed class ContactSheet
{
    private const int SmallestSide = 96;
    private const int LargestSide = 256;
    private const int Gap = 3;
    private const byte GapGrey = 64;
    private const long MostPixels = 100_000_000;

    private readonly IReadOnlyList<int> _shape;
    private readonly int _enlargement;
    private readonly int _reduction;
    private readonly int _cellHeight;
    private readonly int _cellWidth;

    /// <summary>Creates an empty sheet.</summary>
    /// <param name="shape">Shape of every image: C, H, W or C, D, H, W.</param>
    /// <param name="rows">Rows of images.</param>
    /// <param name="columns">Columns of images.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sheet would be too large.</exception>
    public ContactSheet(IReadOnlyList<int> shape, int rows, int columns)
    {
        _shape = shape;
        var (height, width) = (shape[^2], shape[^1]);
        var side = Math.Max(height, width);
        _enlargement = Math.Max(1, (SmallestSide + side - 1) / side);
        _reduction = Math.Max(1, (side + LargestSide - 1) / LargestSide);
        _cellHeight = Math.Max(1, height * _enlargement / _reduction);
        _cellWidth = Math.Max(1, width * _enlargement / _reduction);
        var (sheetWidth, sheetHeight) = (Gap + ((long)columns * (_cellWidth + Gap)), Gap + ((long)rows * (_cellHeight + Gap)));
        if (sheetWidth > MostPixels || sheetHeight > MostPixels || sheetWidth * sheetHeight > MostPixels)
        {
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"{rows} rows and {columns} columns make a sheet of {sheetWidth} x {sheetHeight} pixels; at most {MostPixels} are drawn.");
        }

        (Width, Height) = ((int)sheetWidth, (int)sheetHeight);
        Pixels = new byte[3 * Width * Height];
        Array.Fill(Pixels, GapGrey);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue of each pixel, [Height, Width, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>Draws an image; of a volume its middle slice.</summary>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="column">Which column, from 0.</param>
    /// <param name="image">Values in the order of the shape.</param>
    /// <param name="range">The values that are black and white.</param>
    public void Draw(int row, int column, ReadOnlySpan<float> image, (float Black, float White) range)
    {
        var (top, left) = (Gap + (row * (_cellHeight + Gap)), Gap + (column * (_cellWidth + Gap)));
        var planeLength = _shape[^2] * _shape[^1];
        var slice = _shape.Count == 4 ? _shape[1] / 2 : 0;
        var channelLength = image.Length / _shape[0];
        for (var colour = 0; colour < 3; colour++)
        {
            var channel = _shape[0] == 3 ? colour : 0;
            var plane = image.Slice((channel * channelLength) + (slice * planeLength), planeLength);
            for (var y = 0; y < _cellHeight; y++)
            {
                for (var x = 0; x < _cellWidth; x++)
                {
                    var share = (ValueAt(plane, y, x) - range.Black) / ((double)range.White - range.Black);
                    Pixels[(3 * (((top + y) * Width) + left + x)) + colour] = (byte)Math.Clamp((share * 255) + 0.5, 0, 255);
                }
            }
        }
    }

    // The pixel itself, enlarged, or the mean of those that become one.
    private double ValueAt(ReadOnlySpan<float> plane, int y, int x)
    {
        var (height, width) = (_shape[^2], _shape[^1]);
        if (_reduction == 1)
        {
            return plane[(y / _enlargement * width) + (x / _enlargement)];
        }

        var (sum, count) = (0.0, 0);
        for (var row = y * _reduction; row < Math.Min(height, (y + 1) * _reduction); row++)
        {
            for (var column = x * _reduction; column < Math.Min(width, (x + 1) * _reduction); column++)
            {
                sum += plane[(row * width) + column];
                count++;
            }
        }

        return sum / count;
    }
}
