using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>What the search decided, in order.</summary>
internal static class DecisionsSection
{
    public static void Write(HtmlBuilder html, ReportInput input)
    {
        if (input.Decisions.Count == 0)
        {
            html.Paragraph("The search made no decision.", "empty");
        }

        using (html.Open("ol", ("class", "timeline")))
        {
            foreach (var decision in input.Decisions)
            {
                html.Element("li", decision);
            }

            if (input.WinnerReason is { } reason && !input.Decisions.Contains(reason))
            {
                html.Element("li", "Chosen: " + reason, ("class", "last"));
            }

            if (input.EndedEarly is { } ended)
            {
                html.Element("li", "Ended early: " + ended, ("class", "last"));
            }

            if (input.Decisions.Count == 0 && input.WinnerReason is null && input.EndedEarly is null)
            {
                html.Element("li", "Nothing was recorded.");
            }
        }
    }
}
