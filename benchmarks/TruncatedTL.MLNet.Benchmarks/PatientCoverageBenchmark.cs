using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// What it costs to take the images of a patient for independent: how often 95 % intervals hold the true value where scores of a patient
/// have a part in common, with and without the patients' names.
/// </summary>
internal static class PatientCoverageBenchmark
{
    private const int Patients = 100;
    private const int PositivePatients = 40;
    private const int MostRowsPerPatient = 6;
    private const double Distance = 1.5;

    public static Command Command()
    {
        var sets = new Option<int>("--sets") { Description = "simulated sets", DefaultValueFactory = _ => 2000 };
        var resamples = new Option<int>("--resamples") { DefaultValueFactory = _ => 2000 };
        var output = new Option<FileInfo>("--output") { Required = true };
        var command = new Command("coverage-patients", "how often confidence intervals hold the true value where patients have several rows") { sets, resamples, output };
        command.SetAction(result => Run(result.GetRequiredValue(sets), result.GetRequiredValue(resamples), result.GetRequiredValue(output).FullName));
        return command;
    }

    private static void Run(int sets, int resamples, string output)
    {
        var table = new StringBuilder();
        table.AppendLine("# How often 95 % intervals hold the true value where patients have several rows").AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{sets} simulated sets of {Patients} patients, {PositivePatients} of them positive, with 1 to {MostRowsPerPatient} rows each; {resamples} resamples, BCa. A score is a part of the patient and a part of");
        table.AppendLine(CultureInfo.InvariantCulture, $"the row, both normal; those of positives are higher by {Distance} standard deviations. A share of 0.95 has a standard error of 0.005 here. Command: `coverage-patients`.").AppendLine();
        table.AppendLine("| variance between patients | figure | true value | patients named: covers | taken as independent: covers |");
        table.AppendLine("|---|---|---|---|---|");
        foreach (var between in new[] { 0, 0.3, 0.7 })
        {
            foreach (var line in Measure(between, sets, resamples))
            {
                Console.WriteLine(line);
                table.AppendLine(line);
                File.WriteAllText(output, table.ToString());
            }
        }
    }

    private static IEnumerable<string> Measure(double between, int sets, int resamples)
    {
        var random = new Random((int)(10 * between));

        // The threshold lies in the middle of both means; patients differ in their number of rows, but that says nothing about them.
        var right = Distributions.NormalCdf(Distance / 2);
        (string Name, double True, Func<MedicalBinaryMetrics, MetricEstimate> Of)[] figures =
        [
            ("AUROC", Distributions.NormalCdf(Distance / Math.Sqrt(2)), metrics => metrics.AreaUnderRocCurve),
            ("sensitivity", right, metrics => metrics.Sensitivity),
            ("specificity", right, metrics => metrics.Specificity),
            ("accuracy", right, metrics => metrics.Accuracy),
        ];
        var covered = new int[figures.Length, 2];
        for (var set = 0; set < sets; set++)
        {
            var (labels, scores, patients) = Draw(random, between);
            var probabilities = scores.Select(score => 1 / (1 + Math.Exp(Distance / 2 - score))).ToArray();
            for (var way = 0; way < 2; way++)
            {
                var examples = ScoredExamples.Binary(labels, probabilities, scores, groups: way == 0 ? patients : null);
                var metrics = MedicalEvaluator.EvaluateBinary(examples, new MedicalEvaluationOptions { Resamples = way == 0 ? resamples : 0, Seed = set });
                for (var f = 0; f < figures.Length; f++)
                {
                    var interval = figures[f].Of(metrics).Interval!;
                    covered[f, way] += interval.Lower <= figures[f].True && figures[f].True <= interval.Upper ? 1 : 0;
                }
            }
        }

        return figures.Select((figure, f) => string.Create(
            CultureInfo.InvariantCulture,
            $"| {between} | {figure.Name} | {figure.True:0.0000} | {covered[f, 0] / (double)sets:0.000} | {covered[f, 1] / (double)sets:0.000} |"));
    }

    private static (List<bool> Labels, List<double> Scores, List<string> Patients) Draw(Random random, double between)
    {
        var (labels, scores, patients) = (new List<bool>(), new List<double>(), new List<string>());
        for (var p = 0; p < Patients; p++)
        {
            var ofPatient = (p < PositivePatients ? Distance : 0) + Math.Sqrt(between) * Normal(random);
            var rows = random.Next(1, MostRowsPerPatient + 1);
            for (var r = 0; r < rows; r++)
            {
                labels.Add(p < PositivePatients);
                scores.Add(ofPatient + Math.Sqrt(1 - between) * Normal(random));
                patients.Add($"{p}");
            }
        }

        return (labels, scores, patients);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
