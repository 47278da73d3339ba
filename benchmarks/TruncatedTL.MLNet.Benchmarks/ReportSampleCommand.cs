using System.CommandLine;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Reporting;
using TruncatedTL.MLNet.Tests.Reporting;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Writes reports of experiments made by formula, to look at: <c>tests/browser/check-report.sh</c> opens them in a browser.</summary>
internal static class ReportSampleCommand
{
    public static Command Command()
    {
        var folder = new Option<DirectoryInfo>("--out") { Description = "Folder for one sub-folder a report.", Required = true };
        var command = new Command("report-samples", "Writes reports of experiments made by formula.") { folder };
        command.Hidden = true;
        command.SetAction(parse => Run(parse.GetRequiredValue(folder).FullName));
        return command;
    }

    private static void Run(string folder)
    {
        string[] grades = ["no finding", "mild", "moderate", "severe", "a class with a name that is much too long for any chart or table <script>alert(1)</script>"];
        (string Name, ReportInput Input)[] samples =
        [
            ("plain", new SampleExperiment { Examples = Pictures() }.Create()),
            ("folds", new SampleExperiment { Title = "Grades of retinopathy, five folds", ClassNames = grades, Sets = 5, HasTest = false, Ladders = ["resnet18 (bundled)", "mobilenetv2 (my-archive-of-chest-radiographs-2019-2024)"] }.Create()),
            ("many", new SampleExperiment { Title = "Forty candidates", RowsPerPatient = 2, Ladders = ["resnet18", "resnet34", "densenet121", "efficientnet-b0"], MetricName = "AUPRC" }.Create()),
            ("deep", new SampleExperiment { Title = "A network with sixty cuts", CutsPerLadder = 60, HasTest = false, MetricName = "log-loss" }.Create()),
            ("nothing", new SampleExperiment().Create() with { Title = "Nothing finished", Winner = null, WinnerReason = null, EndedEarly = "it was cancelled after 12 s.", Trials = [], Decisions = [], FrozenScores = [] }),
        ];
        foreach (var (name, input) in samples)
        {
            var path = Path.Combine(folder, name);
            Console.WriteLine($"{path}: {ExperimentReport.Write(input, path, new MedicalEvaluationOptions { Resamples = 1000 }).Sentence}");
        }
    }

    // Blobs in grey with a warm cast where they are, as an overlay would have.
    private static IReadOnlyList<ReportExample> Pictures()
    {
        const int Size = 96;
        return [.. Enumerable.Range(0, 4).Select(index =>
        {
            var random = new Random(index);
            var (x, y) = (20 + random.Next(56), 20 + random.Next(56));
            var pixels = new byte[3 * Size * Size];
            for (var i = 0; i < Size * Size; i++)
            {
                var distance = (Math.Pow((i % Size) - x, 2) + Math.Pow((i / Size) - y, 2)) / 260;
                var grey = 40 + random.Next(40) + (90 * Math.Exp(-distance));
                (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)Math.Min(255, grey + (80 * Math.Exp(-distance / 2))), (byte)grey, (byte)(grey * (1 - (0.5 * Math.Exp(-distance / 2)))));
            }

            var path = Path.GetTempFileName();
            try
            {
                PngFile.Write(path, pixels, Size, Size);
                return new ReportExample($"malignant, predicted {(index == 3 ? "benign" : "malignant")} (p = .{91 - (index * 18)})", File.ReadAllBytes(path));
            }
            finally
            {
                File.Delete(path);
            }
        })];
    }
}
