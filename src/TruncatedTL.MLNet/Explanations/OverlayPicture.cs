using TruncatedTL.MLNet.Files;

namespace TruncatedTL.MLNet.Explanations;

/// <summary>A map drawn over its image, or over slices of its volume in rows and columns.</summary>
internal sealed class OverlayPicture
{
    private const int SmallestImageSide = 224;
    private const int SmallestSliceSide = 128;
    private const int Gap = 3;
    private const byte GapGrey = 64;
    private const long MostPixels = 100_000_000;

    private readonly float[] _pixels;
    private readonly float[] _map;
    private readonly OverlayOptions _options;
    private readonly (float Black, float White) _range;
    private readonly int _depth;
    private readonly int _height;
    private readonly int _width;
    private readonly int _enlargement;
    private readonly int _panels;
    private readonly int _cells;
    private readonly int _columns;

    /// <summary>Lays out the picture.</summary>
    /// <param name="pixels">The image, [C, H, W] or [C, D, H, W]; three channels are shown in colour, else the first in grey.</param>
    /// <param name="isByte">Values are shown from 0 to 255; otherwise without the darkest and brightest half percent.</param>
    /// <param name="shape">H, W or D, H, W.</param>
    /// <param name="map">The map, from 0 to 1.</param>
    /// <param name="options">How to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">The picture would be too large.</exception>
    public OverlayPicture(float[] pixels, bool isByte, IReadOnlyList<int> shape, float[] map, OverlayOptions options)
    {
        _pixels = pixels;
        _map = map;
        _options = options;
        _range = isByte ? (0, 255) : DisplayRange.Of(pixels);
        _depth = shape.Count == 3 ? shape[0] : 1;
        (_height, _width) = (shape[^2], shape[^1]);
        var smallest = shape.Count == 3 ? SmallestSliceSide : SmallestImageSide;
        _enlargement = Math.Max(1, (smallest + Math.Max(_height, _width) - 1) / Math.Max(_height, _width));
        _panels = options.ShowsImage ? 2 : 1;
        _cells = Math.Min(_depth, options.MaximumSlices);
        _columns = (int)Math.Ceiling(Math.Sqrt((double)_cells / _panels));
        var rows = (_cells + _columns - 1) / _columns;
        var (width, height) = (Gap + ((long)_columns * _panels * (CellWidth + Gap)), Gap + (rows * (CellHeight + Gap)));
        if (Math.Max(width, height) > MostPixels || width * height > MostPixels)
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"The picture would have {width} x {height} pixels; at most {MostPixels} are drawn.");
        }

        (Width, Height) = ((int)width, (int)height);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    private long CellWidth => (long)_width * _enlargement;

    private long CellHeight => (long)_height * _enlargement;

    /// <summary>Red, green, blue of each pixel, [Height, Width, 3].</summary>
    /// <param name="maximum">Where the map is largest; of a volume its slice is shown.</param>
    public byte[] Draw(IReadOnlyList<int> maximum)
    {
        var picture = new byte[3 * Width * Height];
        Array.Fill(picture, GapGrey);
        var slices = Slices(maximum.Count == 3 ? maximum[0] : 0);
        for (var cell = 0; cell < slices.Length; cell++)
        {
            var top = Gap + (cell / _columns * (int)(CellHeight + Gap));
            for (var panel = 0; panel < _panels; panel++)
            {
                var left = Gap + (((cell % _columns * _panels) + panel) * (int)(CellWidth + Gap));
                DrawCell(picture, top, left, slices[cell], withMap: panel == _panels - 1);
            }
        }

        return picture;
    }

    // Evenly spread, but the slice nearest to the maximum is the maximum's own.
    private int[] Slices(int maximum)
    {
        var slices = Enumerable.Range(0, _cells).Select(i => (int)((i + 0.5) * _depth / _cells)).ToArray();
        slices[Array.IndexOf(slices, slices.MinBy(slice => Math.Abs(slice - maximum)))] = maximum;
        return slices;
    }

    private void DrawCell(byte[] picture, int top, int left, int slice, bool withMap)
    {
        var channelLength = _depth * _height * _width;
        var isColour = _pixels.Length == 3L * channelLength;
        for (var y = 0; y < CellHeight; y++)
        {
            for (var x = 0; x < CellWidth; x++)
            {
                var source = (((slice * _height) + (y / _enlargement)) * _width) + (x / _enlargement);
                var heat = HeatColours.Of(_map[source]);
                var opacity = withMap ? _options.Opacity * _map[source] : 0;
                var target = 3 * (((top + y) * Width) + left + x);
                for (var colour = 0; colour < 3; colour++)
                {
                    var value = _pixels[((isColour ? colour : 0) * channelLength) + source];
                    var grey = Math.Clamp(((double)value - _range.Black) / ((double)_range.White - _range.Black) * 255, 0, 255);
                    picture[target + colour] = (byte)((grey * (1 - opacity)) + (heat[colour] * opacity) + 0.5);
                }
            }
        }
    }
}
