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
    public static void Write(
        HtmlBuilder html, string caption, IReadOnlyList<TableColumn> columns, IEnumerable<(IReadOnlyList<TableCell> Cells, string? Style)> rows, bool stacks = false)
    {
        string? Role(string role) => stacks ? role : null;
        using var table = html.Open("table", ("class", stacks ? "stacks" : null), ("role", Role("table")));
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
            foreach (var (cells, style) in rows)
            {
                using var line = html.Open("tr", ("role", Role("row")), ("class", style));
                for (var c = 0; c < cells.Count; c++)
                {
                    var isHeading = c == 0;
                    using (html.Open(
                        isHeading ? "th" : "td",
                        ("scope", isHeading ? "row" : null),
                        ("role", Role(isHeading ? "rowheader" : "cell")),
                        ("class", columns[c].IsNumber ? "number" : null),
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
    public static void Write(HtmlBuilder html, string caption, IReadOnlyList<TableColumn> columns, IEnumerable<IReadOnlyList<TableCell>> rows, bool stacks = false) =>
        Write(html, caption, columns, rows.Select(row => (row, (string?)null)), stacks);
}
