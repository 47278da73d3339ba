using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>What the images are and how they were divided.</summary>
internal static class DataSection
{
    public static void Write(HtmlBuilder html, ReportInput input)
    {
        PageParts.Facts(html, "The data", input.Data);
        if (input.ClassCounts.Count == 0)
        {
            return;
        }

        var parts = input.ClassCounts.Select(count => count.Part).Distinct().ToArray();
        var classes = input.ClassCounts.Select(count => count.ClassName).Distinct().ToArray();
        var cells = input.ClassCounts.GroupBy(count => (count.Part, count.ClassName)).ToDictionary(group => group.Key, group => (Images: group.Sum(count => count.Images), Patients: group.Any(count => count.Patients is null) ? null : group.Sum(count => count.Patients)));
        HtmlTable.Write(
            html,
            input.ClassCounts.Any(count => count.Patients is not null) ? "Images of each class in each part, and patients" : "Images of each class in each part",
            [new("Class"), .. parts.Select(part => new TableColumn(part, true))],
            classes.Select(name => (IReadOnlyList<TableCell>)
            [
                name,
                .. parts.Select(part => cells.TryGetValue((part, name), out var cell)
                    ? TableCell.Of(markup =>
                    {
                        markup.Element("span", FigureText.Whole(cell.Images), ("class", "value"));
                        if (cell.Patients is { } patients)
                        {
                            markup.Text(" ").Element("span", $"{FigureText.Whole(patients)} patient{(patients == 1 ? string.Empty : "s")}", ("class", "interval"));
                        }
                    })
                    : FigureText.Missing),
            ]),
            stacks: true);
    }
}
