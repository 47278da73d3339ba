using System.Globalization;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Puts the page together. It needs nothing but itself: style sheet, charts and pictures are inside, and its policy forbids any request.</summary>
internal static class ReportPage
{
    private const string StyleSheet = "TruncatedTL.MLNet.Reporting.report.css";
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

    public static string Create(ReportAnalysis analysis, ReportVerdict verdict)
    {
        (string Id, string Name, Action<HtmlBuilder> Write)[] sections =
        [
            ("leaderboard", "Leaderboard", html => LeaderboardSection.Write(html, analysis)),
            ("curve", "How much of the network is needed", html => CurveSection.Write(html, analysis)),
            ("price", "Quality against size and speed", html => ParetoSection.Write(html, analysis)),
            ("learning", "Learning curves", html => LearningSection.Write(html, analysis)),
            ("detail", "The chosen model in detail", html => DetailSection.Write(html, analysis)),
            ("examples", "Where it looked", html => ExamplesSection.Write(html, analysis.Input)),
            ("data", "Data", html => DataSection.Write(html, analysis.Input)),
            ("ledger", "What the search cost", html => LedgerSection.Write(html, analysis.Input.Ledger)),
            ("decisions", "Decisions of the search", html => DecisionsSection.Write(html, analysis.Input)),
            ("settings", "Settings and environment", html => SettingsSection.Write(html, analysis)),
            ("repeat", "How to repeat it", html => SettingsSection.WriteRepeat(html, analysis.Input)),
            ("use", "Intended use", html => SettingsSection.WriteUse(html, analysis)),
        ];
        var html = new HtmlBuilder();
        html.Raw("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", "en")))
        {
            using (html.Open("head"))
            {
                html.Void("meta", ("charset", "utf-8"))
                    .Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", Policy))
                    .Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
                    .Void("meta", ("name", "color-scheme"), ("content", "light dark"))
                    .Void("link", ("rel", "icon"), ("href", "data:,"))
                    .Element("title", analysis.Input.Title + " – comparison of transfer strategies");
                using (html.Open("style"))
                {
                    html.Raw(ReadStyleSheet());
                }
            }

            using (html.Open("body"))
            {
                html.Element("a", "Skip to the report", ("class", "skip"), ("href", "#main"));
                VerdictSection.Write(html, analysis, verdict);
                using (html.Open("nav", ("aria-label", "Contents")))
                using (html.Open("ol"))
                {
                    foreach (var (id, name, _) in sections)
                    {
                        using (html.Open("li"))
                        {
                            html.Element("a", name, ("href", "#" + id));
                        }
                    }
                }

                using (html.Open("main", ("id", "main")))
                {
                    foreach (var (id, name, write) in sections)
                    {
                        using (html.Open("section", ("id", id), ("aria-labelledby", id + "-h")))
                        {
                            html.Element("h2", name, ("id", id + "-h"));
                            write(html);
                        }
                    }
                }

                using (html.Open("footer"))
                {
                    html.Paragraph($"Made {analysis.Input.Created.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)} by TruncatedTL.MLNet {Version()}. "
                        + "The same data: report.json, leaderboard.csv, curve.csv, learning-curves.csv beside this file.");
                }
            }
        }

        return html.ToString();
    }

    private static string ReadStyleSheet()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(StyleSheet)
            ?? throw new InvalidOperationException($"The library lacks its resource {StyleSheet}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Version() => typeof(ReportPage).Assembly.GetName().Version!.ToString(3);
}
