namespace TruncatedTL.MLNet.Reporting.Charts;

/// <summary>What a mark means.</summary>
/// <param name="Text">The words.</param>
/// <param name="Mark">The kind of mark.</param>
/// <param name="Style">Its class.</param>
internal sealed record LegendEntry(string Text, LegendMark Mark, string Style)
{
    /// <summary>Draws the mark in a field of 20 by 10 at a place.</summary>
    public void Draw(SvgCanvas canvas, double x, double y)
    {
        switch (Mark)
        {
            case LegendMark.Line:
                canvas.Line(x, y, x + 20, y, Style);
                break;
            case LegendMark.Dot:
                canvas.Circle(x + 10, y, 4.5, Style);
                break;
            case LegendMark.Diamond:
                canvas.Diamond(x + 10, y, 5.5, Style);
                break;
            default:
                canvas.Rectangle(x, y - 5, 20, 10, Style);
                break;
        }
    }
}
