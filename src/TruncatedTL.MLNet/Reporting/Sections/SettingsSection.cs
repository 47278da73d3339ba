using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>What is needed to repeat the experiment, and what it must not be used for.</summary>
internal static class SettingsSection
{
    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        using (html.Open("div", ("class", "columns")))
        {
            PageParts.Facts(html, "Settings", analysis.Input.Settings);
            PageParts.Facts(html, "Environment, seeds and hashes", analysis.Input.Environment);
        }

        html.Paragraph($"Statistics: {FigureText.Level(analysis.ConfidenceLevel)} intervals, DeLong's for AUROC of independent rows and Wilson's for proportions, otherwise a stratified BCa bootstrap with {FigureText.Whole(analysis.Resamples)} resamples of rows or patients; Holm's correction.");
    }

    public static void WriteRepeat(HtmlBuilder html, ReportInput input)
    {
        using (html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", "How to repeat it")))
        {
            html.Element("pre", input.HowToRepeat);
        }
    }

    public static void WriteUse(HtmlBuilder html, ReportAnalysis analysis)
    {
        using var list = html.Open("ul");
        html.Element("li", "Neither this report nor a model that it describes is a medical device. Do not use them to diagnose or treat.");
        html.Element("li", "The validation figures of a model that was chosen by them are optimistic: the best of many looks better than it is. Only rows that had no part in training or choice can confirm them.");
        html.Element("li", analysis.Input.Test is null
            ? "No test rows were given. Keep some that nobody has looked at, and read them once."
            : "Test rows are read once. Choosing anything by them turns them into validation rows.");
        html.Element("li", "Figures hold for images like these: the same scanners, protocols, patients and share of each class. Elsewhere, measure again.");
    }
}
