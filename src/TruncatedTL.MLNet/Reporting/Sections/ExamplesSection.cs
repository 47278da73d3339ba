using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Example images with the explanation of the winner's decision.</summary>
internal static class ExamplesSection
{
    public static void Write(HtmlBuilder html, ReportInput input)
    {
        if (input.Examples.Count == 0)
        {
            html.Paragraph("No example images were given.", "empty");
            return;
        }

        html.Paragraph("Warm colours mark what raised the score of the class (Grad-CAM). Such maps show where the network looked, not why, and do not prove that it looked at the finding.");
        using (html.Open("div", ("class", "grid examples")))
        {
            foreach (var example in input.Examples)
            {
                using (html.Open("figure"))
                {
                    html.Void("img", ("alt", "Example with overlay: " + example.Caption), ("src", "data:image/png;base64," + Convert.ToBase64String(example.Png)));
                    html.Element("figcaption", example.Caption);
                }
            }
        }
    }
}
