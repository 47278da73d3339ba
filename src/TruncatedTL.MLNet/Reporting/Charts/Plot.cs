namespace TruncatedTL.MLNet.Reporting.Charts;

/// <summary>A canvas with two axes: turns values into places, and draws grid, ticks, names and a legend.</summary>
internal sealed class Plot
{
    private const double TickGap = 7;
    private const double LabelRoom = 4;
    private const double BoldWidth = 1.12;
    private const double TurnDegrees = 40;

    // Lines of text that lie side by side at that angle must be a line's height apart.
    private const double TurnedRoom = 21;

    private readonly List<(double X, double Y, double Width, double Height)> _taken = [];

    /// <summary>Draws the frame.</summary>
    /// <param name="width">Width of the picture.</param>
    /// <param name="height">Height of the drawing area; legend, ticks and names are added.</param>
    /// <param name="x">The horizontal scale.</param>
    /// <param name="y">The vertical scale.</param>
    /// <param name="xName">What the horizontal scale shows.</param>
    /// <param name="yName">What the vertical scale shows; stands above the axis, where it can be read without turning the head.</param>
    /// <param name="legend">What marks mean; null for no legend.</param>
    /// <param name="turnsXLabels">Whether labels of the horizontal scale are turned, for names.</param>
    public Plot(double width, double height, Axis x, Axis y, string xName, string yName, IReadOnlyList<LegendEntry>? legend = null, bool turnsXLabels = false)
    {
        (HorizontalAxis, VerticalAxis) = (x, y);
        var rows = LegendRows(legend ?? [], width);
        var legendHeight = rows.Count * 18;
        Left = Math.Max(24, y.Ticks.Max(tick => SvgCanvas.TextWidth(tick.Label)) + TickGap + 2);
        Right = width - 14;
        Top = legendHeight + (yName.Length > 0 ? 30 : 12);
        Bottom = Top + height;
        var longest = x.Ticks.Count == 0 ? 0 : x.Ticks.Max(tick => SvgCanvas.TextWidth(tick.Label));
        var below = (turnsXLabels ? (longest * 0.66) + 14 : 20) + (xName.Length > 0 ? 16 : 0) + 4;
        Canvas = new SvgCanvas(width, Bottom + below);
        DrawLegend(rows);
        if (yName.Length > 0)
        {
            Canvas.Text(0, Top - 10, SvgCanvas.Shortened(yName, width), style: "axis-name");
        }

        foreach (var (value, label) in y.Ticks)
        {
            Canvas.Line(Left, Y(value), Right, Y(value), "grid");
            Canvas.Text(Left - TickGap, Y(value) + 4, label, "end", "tick");
        }

        DrawHorizontalTicks(turnsXLabels);
        Canvas.Line(Left, Bottom, Right, Bottom, "axis");
        if (xName.Length > 0)
        {
            Canvas.Text(Right, Canvas.Height - 4, SvgCanvas.Shortened(xName, Right), "end", "axis-name");
        }
    }

    public SvgCanvas Canvas { get; }

    public Axis HorizontalAxis { get; }

    public Axis VerticalAxis { get; }

    public double Left { get; }

    public double Right { get; }

    public double Top { get; }

    public double Bottom { get; }

    /// <summary>The place of a value, kept inside the frame.</summary>
    public double X(double value) => Left + ((Right - Left) * Math.Clamp(HorizontalAxis.Position(value), 0, 1));

    /// <inheritdoc cref="X"/>
    public double Y(double value) => Bottom - ((Bottom - Top) * Math.Clamp(VerticalAxis.Position(value), 0, 1));

    /// <summary>A line through points of values.</summary>
    public void Curve(IEnumerable<(double X, double Y)> points, string style) => Canvas.Polyline(points.Select(point => (X(point.X), Y(point.Y))), style);

    /// <summary>Says that a mark stands at a value, so that no label covers it.</summary>
    public void Occupy(double x, double y, double radius) => _taken.Add((X(x) - radius, Y(y) - radius, 2 * radius, 2 * radius));

    /// <summary>Names a point where there is room: beside, above or below it, or nowhere.</summary>
    public void Name(double x, double y, string text, string style = "label strong")
    {
        var shown = SvgCanvas.Shortened(text, (Right - Left) * 0.6);
        var (width, px, py) = (SvgCanvas.TextWidth(shown) * BoldWidth, X(x), Y(y));
        (double X, double Y)[] places =
        [
            (px + 14, py - 6), (px - 14 - width, py - 6), (px - (width / 2), py - 25), (px - (width / 2), py + 13),
            (px + 10, py - 22), (px - 10 - width, py - 22), (px + 10, py + 10), (px - 10 - width, py + 10), (px - (width / 2), py - 40), (px - (width / 2), py + 28),
        ];
        foreach (var place in places)
        {
            var box = (place.X, place.Y, width, Height: 12.0);
            if (place.X >= Left && place.X + width <= Right + 8 && place.Y >= Top - 8 && place.Y + 12 <= Bottom && !_taken.Any(taken => Overlaps(taken, box)))
            {
                _taken.Add(box);
                Canvas.Text(place.X, place.Y + 10, shown, style: style);
                return;
            }
        }
    }

    private static bool Overlaps((double X, double Y, double Width, double Height) one, (double X, double Y, double Width, double Height) other) =>
        one.X < other.X + other.Width && other.X < one.X + one.Width && one.Y < other.Y + other.Height && other.Y < one.Y + one.Height;

    private static List<List<LegendEntry>> LegendRows(IReadOnlyList<LegendEntry> legend, double width)
    {
        var rows = new List<List<LegendEntry>>();
        var used = double.MaxValue;
        foreach (var entry in legend)
        {
            var shown = entry with { Text = SvgCanvas.Shortened(entry.Text, width - 40) };
            var needed = EntryWidth(shown);
            if (used + needed > width)
            {
                rows.Add([]);
                used = 0;
            }

            rows[^1].Add(shown);
            used += needed;
        }

        return rows;
    }

    private static double EntryWidth(LegendEntry entry) => 26 + SvgCanvas.TextWidth(entry.Text) + 14;

    private void DrawLegend(List<List<LegendEntry>> rows)
    {
        for (var r = 0; r < rows.Count; r++)
        {
            var x = 1.0;
            var y = 9 + (r * 18);
            foreach (var entry in rows[r])
            {
                entry.Draw(Canvas, x, y);
                Canvas.Text(x + 26, y + 4, entry.Text);
                x += EntryWidth(entry);
            }
        }
    }

    private void DrawHorizontalTicks(bool turns)
    {
        var free = double.MinValue;
        foreach (var (value, label) in HorizontalAxis.Ticks)
        {
            var (x, width) = (X(value), SvgCanvas.TextWidth(label));
            Canvas.Line(x, Bottom, x, Bottom + 4, "axis");
            if (turns)
            {
                if (x - TurnedRoom >= free)
                {
                    Canvas.Text(x + 3, Bottom + 16, label, "end", "tick", turn: -TurnDegrees);
                    free = x;
                }

                continue;
            }

            // A label that would touch its neighbour or leave the picture gives way.
            var centre = Math.Min(x, Canvas.Width - (width / 2));
            if (centre - (width / 2) >= free + LabelRoom)
            {
                Canvas.Text(centre, Bottom + 17, label, "middle", "tick");
                free = centre + (width / 2);
            }
        }
    }
}
