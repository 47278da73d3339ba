using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Reporting.Analysis;
using TruncatedTL.MLNet.Reporting.Charts;
using TruncatedTL.MLNet.Reporting.Formatting;
using TruncatedTL.MLNet.Reporting.Markup;

namespace TruncatedTL.MLNet.Reporting.Sections;

/// <summary>Winner beside full transfer: figures, ROC and precision-recall curves, confusion matrix and reliability.</summary>
internal static class DetailSection
{
    private const int MostClassesAtOnce = 6;
    private static readonly double[] FalsePositiveRates = [0.05, 0.1, 0.2];
    private static readonly double[] Recalls = [0.5, 0.8, 0.9];

    public static void Write(HtmlBuilder html, ReportAnalysis analysis)
    {
        if (analysis.Parts.Count == 0)
        {
            html.Paragraph(analysis.Winner is null ? "Nothing was chosen, so there is nothing to show." : "The chosen model's scores are missing or no probabilities, so there is nothing to show.", "empty");
            return;
        }

        foreach (var part in analysis.Parts)
        {
            html.Element("h3", part.Name == "test" ? "On test rows" : "On validation rows");
            if (part.Name == "validation")
            {
                html.Paragraph("These rows chose the model, so that its figures here are optimistic.");
            }

            if (part.Models.Any(model => model.SetNames.Count > 1))
            {
                html.Paragraph("Figures are means over the sets, and curves are drawn one a set; the confusion matrix and the reliability diagram count the rows of all sets together.");
            }

            WriteFigures(html, part);
            WriteCurves(html, part);
            using (html.Open("div", ("class", "grid two")))
            {
                WriteConfusion(html, part);
                WriteCalibration(html, part);
            }

            WriteNumbers(html, part);
        }
    }

    private static void WriteFigures(HtmlBuilder html, ReportPart part) => HtmlTable.Write(
        html,
        $"Figures on {part.Name} rows{(part.Models[0].SetNames.Count > 1 ? $", means of {part.Models[0].SetNames.Count} sets" : string.Empty)}; decisions: {part.Models[0].DecisionRule}",
        [new("Figure"), .. part.Models.Select(model => new TableColumn(NameOf(model), true))],
        part.Models[0].Figures.Select((figure, f) => (IReadOnlyList<TableCell>)[figure.Name, .. part.Models.Select(model => PageParts.Estimate(model.Figures[f].Estimate))]),
        stacks: true,
        style: "compact");

    private static string NameOf(ModelDetails model) => model.Trial.Name + (model.Trial.IsWinner ? " (chosen)" : " (full transfer)");

    private static void WriteCurves(HtmlBuilder html, ReportPart part)
    {
        var classes = part.Models[0].Curves.Count;
        Grid(0, Math.Min(classes, MostClassesAtOnce), hasReliability: true);
        if (classes > MostClassesAtOnce)
        {
            PageParts.Details(html, $"Curves of the other {classes - MostClassesAtOnce} classes", () => Grid(MostClassesAtOnce, classes, hasReliability: false));
        }

        void Grid(int first, int end, bool hasReliability)
        {
            using var grid = html.Open("div", ("class", "grid"));
            for (var c = first; c < end; c++)
            {
                var name = part.Models[0].Curves[c].ClassName;
                PageParts.SmallChart(html, $"roc-{part.Name}-{c}", $"ROC: {name}", $"Sensitivity against 1 minus specificity for {name}. {Areas(part, c, "AUROC", curves => curves.Auroc)}",
                    Draw(part, curves => curves[c].Roc.Select(line => line.Select(point => (point.FalsePositiveRate, point.TruePositiveRate))), "1 − specificity", "sensitivity", hasDiagonal: true));
            }

            for (var c = first; c < end; c++)
            {
                var name = part.Models[0].Curves[c].ClassName;
                PageParts.SmallChart(html, $"pr-{part.Name}-{c}", $"Precision and recall: {name}", $"Precision against recall for {name}. {Areas(part, c, "AUPRC", curves => curves.Auprc)}",
                    Draw(part, curves => curves[c].PrecisionRecall.Select(line => line.Select(point => (point.Recall, point.Precision))), "recall (sensitivity)", "precision (PPV)", hasDiagonal: false));
            }

            if (hasReliability)
            {
                WriteReliability(html, part);
            }
        }
    }

    private static string Areas(ReportPart part, int classIndex, string area, Func<ClassCurves, IReadOnlyList<MetricEstimate>> areas) => string.Join(" ", part.Models.Select(model =>
    {
        var values = areas(model.Curves[classIndex]);
        return values.All(value => value.Value is not null)
            ? $"{area} of {model.Trial.Name} {string.Join(", ", values.Select(value => FigureText.Metric(value.Value!.Value)))}."
            : $"{area} of {model.Trial.Name} is undefined: {values.First(value => value.Value is null).UndefinedReason}.";
    }));

    private static SvgCanvas Draw(
        ReportPart part, Func<IReadOnlyList<ClassCurves>, IEnumerable<IEnumerable<(double X, double Y)>>> lines, string xName, string yName, bool hasDiagonal)
    {
        var plot = new Plot(PageParts.SmallWidth, 240, Axis.Share(), Axis.Share(), xName, yName, Legend(part));
        if (hasDiagonal)
        {
            plot.Curve([(0, 0), (1, 1)], "line thin dash cx");
        }

        var drawn = false;
        foreach (var model in part.Models.Reverse())
        {
            foreach (var line in lines(model.Curves))
            {
                var points = line.ToArray();
                drawn |= points.Length > 0;
                plot.Curve(points, "line " + (model.SetNames.Count > 1 ? "faint " : string.Empty) + Colour(model));
            }
        }

        if (!drawn)
        {
            plot.Canvas.Text((plot.Left + plot.Right) / 2, (plot.Top + plot.Bottom) / 2, "undefined: not both kinds occur", "middle");
        }

        return plot.Canvas;
    }

    private static LegendEntry[] Legend(ReportPart part) =>
        [.. part.Models.Select(model => new LegendEntry(SvgCanvas.Shortened(model.Trial.Name, 130), LegendMark.Line, "line " + Colour(model)))];

    private static string Colour(ModelDetails model) => model.Trial.IsWinner ? "c0" : "c1";

    private static void WriteReliability(HtmlBuilder html, ReportPart part)
    {
        var isMulticlass = part.Models[0].Confusion.ClassNames.Count > 2 || part.Models[0].Curves.Count > 1;
        var words = Calibration(part);
        var plot = new Plot(PageParts.SmallWidth, 240, Axis.Share(), Axis.Share(), isMulticlass ? "probability of the predicted class" : "predicted probability", isMulticlass ? "share predicted correctly" : "share of positives", Legend(part));
        plot.Curve([(0, 0), (1, 1)], "line thin dash cx");
        foreach (var model in part.Models.Reverse())
        {
            plot.Curve(model.Reliability.Select(bin => (bin.MeanProbability, bin.ObservedShare)), "line thin " + Colour(model));
            var total = model.Reliability.Sum(bin => bin.Weight);
            foreach (var bin in model.Reliability)
            {
                plot.Canvas.Circle(
                    plot.X(bin.MeanProbability), plot.Y(bin.ObservedShare), 2.5 + (7 * Math.Sqrt(bin.Weight / total)), "dot " + Colour(model),
                    $"{model.Trial.Name}: {FigureText.Number(bin.Weight, "0.##")} rows, predicted {FigureText.Metric(bin.MeanProbability)}, observed {FigureText.Metric(bin.ObservedShare)}");
            }
        }

        PageParts.SmallChart(html, $"reliability-{part.Name}", "Reliability", $"Observed against predicted share in ten bins; larger dots hold more rows. {words}", plot.Canvas);
    }

    private static void WriteCalibration(HtmlBuilder html, ReportPart part)
    {
        using var card = html.Open("div", ("class", "card"));
        html.Element("h4", "Calibration").Paragraph(Calibration(part))
            .Paragraph("On the diagonal of the reliability diagram a probability means what it says. The calibration error (ECE) is the mean distance from it, weighted by rows; larger dots hold more rows.");
    }

    private static string Calibration(ReportPart part) => string.Join(" ", part.Models.Select(model => $"ECE of {model.Trial.Name}: {(model.CalibrationError.Value is { } error ? FigureText.Metric(error) : "undefined, " + model.CalibrationError.UndefinedReason)}."));

    private static void WriteConfusion(HtmlBuilder html, ReportPart part)
    {
        using var card = html.Open("div", ("class", "card"));
        WriteConfusion(html, part.Models[0]);
    }

    private static void WriteConfusion(HtmlBuilder html, ModelDetails model)
    {
        var names = model.Confusion.ClassNames;
        var classes = Enumerable.Range(0, names.Count).ToArray();
        PageParts.Scrolling(html, $"Confusion matrix of {model.Trial.Name}", () =>
        {
            using var table = html.Open("table", ("class", "confusion"));
            html.Element("caption", $"Confusion matrix of {model.Trial.Name}: true classes in rows, predicted ones in columns; below the count its share of the row");
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                html.Element("th", "true \\ predicted", ("scope", "col"));
                foreach (var name in names)
                {
                    html.Element("th", name, ("scope", "col"), ("class", "number"));
                }
            }

            using (html.Open("tbody"))
            {
                foreach (var label in classes)
                {
                    var total = classes.Sum(prediction => model.Confusion[label, prediction]);
                    using var row = html.Open("tr");
                    html.Element("th", names[label], ("scope", "row"));
                    foreach (var prediction in classes)
                    {
                        var count = model.Confusion[label, prediction];
                        var share = total > 0 ? count / total : 0;
                        using (html.Open("td", ("class", $"number {(label == prediction ? "hit" : "miss")} shade{(int)Math.Round(4 * share)}")))
                        {
                            html.Element("span", FigureText.Number(count, "0.##"), ("class", "value"))
                                .Text(" ").Element("span", total > 0 ? FigureText.Number(share * 100, "0") + "\u00A0%" : FigureText.Missing, ("class", "interval"));
                        }
                    }
                }
            }
        });
    }

    private static void WriteNumbers(HtmlBuilder html, ReportPart part) => PageParts.Details(html, "The numbers of these charts", () =>
    {
        html.Paragraph("Points read from the curves; report.json holds all of them.");
        HtmlTable.Write(
            html,
            $"Points of the curves on {part.Name} rows",
            [
                new("Model"), new("Class"), new("Set"), new("AUROC", true), .. FalsePositiveRates.Select(rate => new TableColumn($"Sensitivity at specificity {FigureText.Number(100 * (1 - rate), "0")} %", true)),
                new("AUPRC", true), .. Recalls.Select(recall => new TableColumn($"PPV at recall {FigureText.Number(100 * recall, "0")} %", true)),
            ],
            part.Models.SelectMany(model => model.Curves.SelectMany(curves => model.SetNames.Select((set, s) => (IReadOnlyList<TableCell>)
            [
                model.Trial.Name,
                curves.ClassName,
                set,
                PageParts.Estimate(curves.Auroc[s] with { Interval = null }),
                .. FalsePositiveRates.Select(rate => (TableCell)Share(curves.Roc[s].Where(point => point.FalsePositiveRate <= rate).Select(point => point.TruePositiveRate))),
                PageParts.Estimate(curves.Auprc[s] with { Interval = null }),
                .. Recalls.Select(recall => (TableCell)Share(curves.PrecisionRecall[s].Where(point => point.Recall >= recall).Select(point => point.Precision))),
            ]))),
            stacks: true);
        HtmlTable.Write(
            html,
            "Bins of the reliability diagram",
            [new("Model"), new("Predicted", true), new("Observed", true), new("Rows", true)],
            part.Models.SelectMany(model => model.Reliability.Select(bin => (IReadOnlyList<TableCell>)
                [model.Trial.Name, FigureText.Metric(bin.MeanProbability), FigureText.Metric(bin.ObservedShare), FigureText.Number(bin.Weight, "0.##")])));
        foreach (var model in part.Models.Skip(1))
        {
            WriteConfusion(html, model);
        }
    });

    private static string Share(IEnumerable<double> values) => values.Select(value => (double?)value).Max() is { } most ? FigureText.Metric(most) : FigureText.Missing;
}
