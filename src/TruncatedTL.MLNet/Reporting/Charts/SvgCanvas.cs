using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Charts;

/// <summary>
/// An inline picture with an accessible name. Colours come from the page's style sheet by class, so that the dark scheme and print apply to charts as well.
/// </summary>
internal sealed class SvgCanvas(double width, double height)
{
    private readonly StringBuilder _body = new();

    public double Width { get; } = width;

    public double Height { get; } = height;

    /// <summary>About how wide a text is in the charts' font, on the safe side.</summary>
    public static double TextWidth(string text) => text.Sum(c => c is 'i' or 'l' or '.' or ',' or '\'' or ' ' or '(' or ')' or '1' ? 4.4 : char.IsUpper(c) || c is 'm' or 'w' or '%' ? 8.8 : 6.6);

    /// <summary>A text that fits a width: cut off at its end, with an ellipsis, where it is too long.</summary>
    public static string Shortened(string text, double room)
    {
        if (TextWidth(text) <= room)
        {
            return text;
        }

        var length = text.Length;
        while (length > 1 && TextWidth(text[..length]) + 9 > room)
        {
            length--;
        }

        return text[..length].TrimEnd() + "…";
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _body.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" />\n");

    public void Rectangle(double x, double y, double width, double height, string style, string? tip = null) =>
        Shape(string.Create(CultureInfo.InvariantCulture, $"rect class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(0, width):0.##}\" height=\"{Math.Max(0, height):0.##}\""), tip);

    public void Circle(double x, double y, double radius, string style, string? tip = null) =>
        Shape(string.Create(CultureInfo.InvariantCulture, $"circle class=\"{style}\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\""), tip);

    public void Diamond(double x, double y, double radius, string style, string? tip = null) => Shape(
        string.Create(CultureInfo.InvariantCulture, $"path class=\"{style}\" d=\"M{x:0.##} {y - radius:0.##}L{x + radius:0.##} {y:0.##}L{x:0.##} {y + radius:0.##}L{x - radius:0.##} {y:0.##}Z\""), tip);

    public void Polyline(IEnumerable<(double X, double Y)> points, string style) =>
        _body.Append(CultureInfo.InvariantCulture, $"<polyline class=\"{style}\" points=\"{string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}")))}\" />\n");

    /// <summary>A text; <paramref name="anchor"/> is <c>start</c>, <c>middle</c> or <c>end</c>.</summary>
    public void Text(double x, double y, string text, string anchor = "start", string style = "label", double? turn = null)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"");
        if (turn is { } degrees)
        {
            _body.Append(CultureInfo.InvariantCulture, $" transform=\"rotate({degrees:0.##} {x:0.##} {y:0.##})\"");
        }

        _body.Append('>');
        HtmlBuilder.Escape(_body, text);
        _body.Append("</text>\n");
    }

    /// <summary>The picture as markup.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="title">Its accessible name.</param>
    /// <param name="description">What it shows, in a sentence or two.</param>
    /// <param name="style">Class of the picture; null for none.</param>
    public string ToMarkup(string id, string title, string description, string? style = null)
    {
        var html = new HtmlBuilder();
        using (html.Open(
            "svg",
            ("class", style is null ? "chart" : "chart " + style),
            ("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width:0.##} {Height:0.##}")),
            ("width", Width.ToString("0.##", CultureInfo.InvariantCulture)),
            ("height", Height.ToString("0.##", CultureInfo.InvariantCulture)),
            ("role", "img"),
            ("aria-labelledby", $"{id}-t {id}-d")))
        {
            html.Element("title", title, ("id", id + "-t")).Element("desc", description, ("id", id + "-d")).Raw(_body.ToString());
        }

        return html.ToString();
    }

    private void Shape(string element, string? tip)
    {
        _body.Append('<').Append(element);
        if (tip is null)
        {
            _body.Append(" />\n");
            return;
        }

        _body.Append("><title>");
        HtmlBuilder.Escape(_body, tip);
        _body.Append("</title></").Append(element, 0, element.IndexOf(' ')).Append(">\n");
    }
}
