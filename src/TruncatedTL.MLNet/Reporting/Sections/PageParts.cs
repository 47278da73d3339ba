using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Pieces that several sections are made of.</summary>
internal static class PageParts
{
    /// <summary>Width of a chart that spans the page.</summary>
    public const double WideWidth = 900;

    /// <summary>Width of the same chart on a telephone.</summary>
    public const double NarrowWidth = 340;

    /// <summary>Width of a chart beside others.</summary>
    public const double SmallWidth = 340;

    /// <summary>A chart that spans the page, drawn twice: the style sheet shows the one that fits, so that its text never shrinks.</summary>
    public static void WideChart(HtmlBuilder html, string id, string title, string description, Func<double, SvgCanvas> draw, string? caption = null, double width = WideWidth)
    {
        using (html.Open("figure", ("class", "wide-figure")))
        {
            html.Raw(draw(width).ToMarkup(id, title, description, "wide"));
            html.Raw(draw(NarrowWidth).ToMarkup(id + "-n", title, description, "narrow"));
            if (caption is not null)
            {
                html.Element("figcaption", caption);
            }
        }
    }

    /// <summary>A chart beside others, with its title above.</summary>
    public static void SmallChart(HtmlBuilder html, string id, string title, string description, SvgCanvas canvas)
    {
        using (html.Open("figure", ("class", "small-figure")))
        {
            html.Element("figcaption", title).Raw(canvas.ToMarkup(id, title, description));
        }
    }

    /// <summary>Something that opens on demand.</summary>
    public static void Details(HtmlBuilder html, string summary, Action write)
    {
        using (html.Open("details"))
        {
            html.Element("summary", summary);
            write();
        }
    }

    /// <summary>Room for a table that may be wider than the page; it can be scrolled with the keyboard.</summary>
    public static void Scrolling(HtmlBuilder html, string label, Action write)
    {
        using (html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", label)))
        {
            write();
        }
    }

    /// <summary>A figure with its interval, or the reason why it is undefined.</summary>
    public static TableCell Estimate(MetricEstimate? estimate, TrialFigures? ofSets = null) => estimate is null ? FigureText.Missing : TableCell.Of(html =>
    {
        switch (estimate)
        {
            case { Value: { } value }:
                html.Element("span", FigureText.Metric(value), ("class", "value")).Text(" ");
                if (estimate.Interval is { } interval)
                {
                    html.Element("span", FigureText.Interval(interval), ("class", "interval"));
                }
                else if (ofSets?.Range is { } range)
                {
                    html.Element("span", $"sets {FigureText.Metric(range.Lowest)} to {FigureText.Metric(range.Highest)}", ("class", "interval"));
                }

                if (estimate.Note is { } note)
                {
                    html.Text(" ").Element("span", note, ("class", "reason"));
                }

                break;
            default:
                Undefined(html, estimate.UndefinedReason);
                break;
        }
    });

    /// <summary>Says that a figure is undefined, and why.</summary>
    public static void Undefined(HtmlBuilder html, string? reason)
    {
        html.Element("span", "undefined", ("class", "undefined"));
        if (reason is not null)
        {
            html.Text(" ").Element("span", reason, ("class", "reason"));
        }
    }

    /// <summary>The state of a trial in words.</summary>
    public static string State(TrialFigures trial) => trial.Trial.State switch
    {
        ReportTrialState.Finished => "finished",
        ReportTrialState.Stopped => "stopped early",
        ReportTrialState.Pruned => "ruled out",
        ReportTrialState.Failed => "failed",
        _ => "not tried",
    };

    /// <summary>Name and value of facts.</summary>
    public static void Facts(HtmlBuilder html, string caption, IReadOnlyList<(string Name, string Value)> facts)
    {
        if (facts.Count == 0)
        {
            html.Paragraph($"{caption}: nothing was recorded.", "empty");
            return;
        }

        using (html.Open("div", ("class", "facts")))
        {
            HtmlTable.Write(html, caption, [new("Name"), new("Value")], facts.Select(fact => (IReadOnlyList<TableCell>)[fact.Name, fact.Value]));
        }
    }
}
