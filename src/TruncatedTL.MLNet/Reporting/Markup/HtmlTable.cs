using TruncatedTL.MLNet.Reporting.Formatting;

namespace TruncatedTL.MLNet.Reporting.Markup;

/// <summary>Tables with caption and scopes; the first cell of a row is its heading.</summary>
internal static class HtmlTable
{
    /// <summary>Writes a table.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="caption">What it shows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">The cells of each row, and the row's style or null.</param>
    /// <param name="stacks">
    /// Whether each row becomes a card where the page is narrow. The style sheet then changes how table elements are laid out, which would hide from a
    /// screen reader what they are; roles keep it.
    /// </param>
    /// <param name="style">Class of the table; null for none.</param>
    public static void Write(
        HtmlBuilder html, string caption, IReadOnlyList<TableColumn> columns, IEnumerable<(IReadOnlyList<TableCell> Cells, string? Style)> rows, bool stacks = false, string? style = null)
    {
        string? Role(string role) => stacks ? role : null;
        using var table = html.Open("table", ("class", stacks ? style is null ? "stacks" : "stacks " + style : style), ("role", Role("table")));
        html.Element("caption", caption);
        using (html.Open("thead", ("role", Role("rowgroup"))))
        using (html.Open("tr", ("role", Role("row"))))
        {
            foreach (var column in columns)
            {
                html.Element("th", column.Heading, ("scope", "col"), ("role", Role("columnheader")), ("class", column.IsNumber ? "number" : null));
            }
        }

        using (html.Open("tbody", ("role", Role("rowgroup"))))
        {
            foreach (var (cells, rowStyle) in rows)
            {
                using var line = html.Open("tr", ("role", Role("row")), ("class", rowStyle));
                for (var c = 0; c < cells.Count; c++)
                {
                    var isHeading = c == 0;
                    using (html.Open(
                        isHeading ? "th" : "td",
                        ("scope", isHeading ? "row" : null),
                        ("role", Role(isHeading ? "rowheader" : "cell")),
                        ("class", Style(columns[c], cells[c])),
                        ("data-label", stacks && !isHeading ? columns[c].Heading : null)))
                    {
                        if (cells[c].Markup is { } markup)
                        {
                            html.Raw(markup);
                        }
                        else
                        {
                            html.Text(cells[c].Text);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Writes a table without row styles.</summary>
    public static void Write(HtmlBuilder html, string caption, IReadOnlyList<TableColumn> columns, IEnumerable<IReadOnlyList<TableCell>> rows, bool stacks = false, string? style = null) =>
        Write(html, caption, columns, rows.Select(row => (row, (string?)null)), stacks, style);

    // Cells without a value take no room on a telephone.
    private static string? Style(TableColumn column, TableCell cell) =>
        cell is { Markup: null, Text: "" or FigureText.Missing } ? (column.IsNumber ? "number missing" : "missing") : column.IsNumber ? "number" : null;
}
