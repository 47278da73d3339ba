using System.CommandLine;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Evaluation.Statistics;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>
/// How often 95 % intervals hold the true value: simulated sets whose figures are known, because scores of both classes are normal. The
/// true values come from integration, not from the code that is measured.
/// </summary>
internal static class CoverageBenchmark
{
    private const double Threshold = 0.5;

    // Formulas cost so little that their share can be known better than the bootstrap's.
    private const int FormulaSetsPerSet = 5;

    private static readonly (int Positives, double Distance)[] Scenarios = [(100, 0.5), (100, 1.5), (60, 1), (40, 1.5), (20, 1), (20, 2)];

    // Of average precision; shares of positives, so that they hold for any number of rows.
    private static readonly (double Share, double Distance)[] PrecisionScenarios =
        [.. from share in new[] { 0.05, 0.1, 0.25, 0.5 } from distance in new[] { 0.5, 1, 1.5, 2 } select (share, distance)];

    public static Command Command()
    {
        var sets = new Option<int>("--sets") { Description = "simulated sets", DefaultValueFactory = _ => 2000 };
        var rows = new Option<int>("--rows") { Description = "rows of a set", DefaultValueFactory = _ => 200 };
        var resamples = new Option<int>("--resamples") { DefaultValueFactory = _ => 2000 };
        var output = new Option<FileInfo>("--output") { Required = true };
        var command = new Command("coverage", "how often confidence intervals hold the true value") { sets, rows, resamples, output };
        command.SetAction(result => Run(result.GetRequiredValue(sets), result.GetRequiredValue(rows), result.GetRequiredValue(resamples), result.GetRequiredValue(output).FullName));
        return command;
    }

    private static void Run(int sets, int rows, int resamples, string output)
    {
        var table = new StringBuilder();
        table.AppendLine("# How often 95 % intervals hold the true value").AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"{sets} simulated sets of {rows} rows, {resamples} resamples. Scores are normal with variance 1, those of the positives higher by the distance; the probability is the logistic function of");
        table.AppendLine("score - distance / 2; positives are called from 0.5 on. A share of 0.95 has a standard error of 0.005 here. Command: `coverage`.").AppendLine();
        table.AppendLine("| positives | distance | figure | true value | interval | covers | too low | too high | without interval |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (positives, distance) in Scenarios)
        {
            foreach (var line in Measure(positives, distance, sets, rows, resamples))
            {
                Console.WriteLine(line);
                table.AppendLine(line);
                File.WriteAllText(output, table.ToString());
            }
        }

        table.AppendLine().AppendLine("## Ways to an interval of AUPRC").AppendLine();
        table.AppendLine(CultureInfo.InvariantCulture, $"Share of {sets * FormulaSetsPerSet} sets (standard error 0.002) whose interval holds the true value: `Logit`, the default; that of Boyd, Eng and Page");
        table.AppendLine(CultureInfo.InvariantCulture, $"(2013) with its binomial variance AP (1 - AP) / positives; and the bootstrap (BCa, {sets} sets), which rows with patients or weights have. In brackets: the mean width.").AppendLine();
        table.AppendLine("| positives | distance | true value | Logit | too low | too high | without interval | binomial variance | bootstrap, Bca |");
        table.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (share, distance) in PrecisionScenarios)
        {
            var line = MeasurePrecision((int)Math.Round(share * rows), distance, sets, rows, resamples);
            Console.WriteLine(line);
            table.AppendLine(line);
            File.WriteAllText(output, table.ToString());
        }
    }

    private static string MeasurePrecision(int positives, double distance, int sets, int rows, int resamples)
    {
        var random = new Random(positives * 100 + (int)(10 * distance) + 1);
        var truth = Truth(positives / (double)rows, distance).AveragePrecision;
        var (logit, binomial, bootstrap) = (new Tally(truth), new Tally(truth), new Tally(truth));
        bool[] labels = [.. Enumerable.Range(0, rows).Select(i => i < positives)];

        // Weights that are all alike change no figure, but the formula for rows without weights steps aside.
        double[] weights = [.. Enumerable.Repeat(2.0, rows)];
        for (var set = 0; set < sets * FormulaSetsPerSet; set++)
        {
            double[] scores = [.. labels.Select(label => Normal(random) + (label ? distance : 0))];
            var estimate = MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary(labels, probabilities: null, scores), new() { Resamples = 0 }).AreaUnderPrecisionRecallCurve;
            logit.Add(estimate.Interval);
            binomial.Add(Binomial(estimate.Value!.Value, positives));
            if (set < sets)
            {
                var options = new MedicalEvaluationOptions { Resamples = resamples, Seed = set };
                bootstrap.Add(MedicalEvaluator.EvaluateBinary(ScoredExamples.Binary(labels, probabilities: null, scores, weights: weights), options).AreaUnderPrecisionRecallCurve.Interval);
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {positives} | {distance} | {truth:0.0000} | {logit.Covered:0.000} ({logit.Width:0.00}) | {logit.TooLow:0.000} | {logit.TooHigh:0.000} | {logit.Missing} | {binomial.Covered:0.000} ({binomial.Width:0.00}) | {bootstrap.Covered:0.000} ({bootstrap.Width:0.00}) |");
    }

    private static ConfidenceInterval? Binomial(double precision, int positives)
    {
        if (precision >= 1)
        {
            return null;
        }

        var (logit, half) = (Math.Log(precision / (1 - precision)), Distributions.TwoSidedNormal(0.95) / Math.Sqrt(positives * precision * (1 - precision)));
        return new ConfidenceInterval(1 / (1 + Math.Exp(half - logit)), 1 / (1 + Math.Exp(-half - logit)), 0.95, IntervalMethod.Logit);
    }

    private static IEnumerable<string> Measure(int positives, double distance, int sets, int rows, int resamples)
    {
        var tallies = new Dictionary<(string Figure, string Interval), Tally>();
        var random = new Random(positives * 100 + (int)(10 * distance));
        var truth = Truth(positives / (double)rows, distance);
        bool[] labels = [.. Enumerable.Range(0, rows).Select(i => i < positives)];
        for (var set = 0; set < sets; set++)
        {
            var scores = Array.ConvertAll(labels, label => Normal(random) + (label ? distance : 0));
            var examples = ScoredExamples.Binary(labels, Array.ConvertAll(scores, score => 1 / (1 + Math.Exp(distance / 2 - score))), scores);
            foreach (var kind in Enum.GetValues<BootstrapInterval>())
            {
                var metrics = MedicalEvaluator.EvaluateBinary(examples, new MedicalEvaluationOptions { Resamples = resamples, BootstrapInterval = kind, Seed = set });
                foreach (var (figure, estimate, value) in Figures(metrics, truth))
                {
                    var interval = estimate.Interval?.Method switch
                    {
                        IntervalMethod.BootstrapBca or IntervalMethod.BootstrapPercentile => $"bootstrap, {kind}",
                        null => $"bootstrap, {kind}",
                        IntervalMethod.Newcombe => "DeLong",
                        { } method => method.ToString(),
                    };
                    var tally = tallies.TryGetValue((figure, interval), out var found) ? found : tallies[(figure, interval)] = new Tally(value);
                    tally.Add(estimate.Interval);
                }
            }
        }

        return tallies.OrderBy(pair => pair.Key.Figure, StringComparer.Ordinal).Select(pair => string.Create(
            CultureInfo.InvariantCulture,
            $"| {positives} | {distance} | {pair.Key.Figure} | {pair.Value.True:0.0000} | {pair.Key.Interval} | {pair.Value.Covered:0.000} | {pair.Value.TooLow:0.000} | {pair.Value.TooHigh:0.000} | {pair.Value.Missing} |"));
    }

    private static IEnumerable<(string Figure, MetricEstimate Estimate, double True)> Figures(MedicalBinaryMetrics metrics, TrueFigures truth) =>
    [
        ("AUROC", metrics.AreaUnderRocCurve, truth.Area),
        ("AUPRC", metrics.AreaUnderPrecisionRecallCurve, truth.AveragePrecision),
        ("sensitivity", metrics.Sensitivity, truth.Sensitivity),
        ("specificity", metrics.Specificity, truth.Specificity),
        ("F1", metrics.F1Score, truth.F1),
        ("MCC", metrics.MatthewsCorrelation, truth.Matthews),
        ("Cohen's kappa", metrics.CohenKappa, truth.Kappa),
        ("balanced accuracy", metrics.BalancedAccuracy, (truth.Sensitivity + truth.Specificity) / 2),
        ("Brier score", metrics.BrierScore, truth.Brier),
        ("log-loss", metrics.LogLoss, truth.LogLoss),
    ];

    // Figures of infinitely many rows, a share of them positive.
    private static TrueFigures Truth(double share, double distance)
    {
        const double Step = 1e-3;
        var (averagePrecision, brier, logLoss) = (0.0, 0.0, 0.0);
        for (var x = -9.0; x < 9 + distance; x += Step)
        {
            var (ofPositives, ofNegatives) = (Density(x - distance), Density(x));
            var (sensitivity, falsePositives) = (Distributions.NormalCdf(distance - x), Distributions.NormalCdf(-x));
            var called = share * sensitivity + (1 - share) * falsePositives;
            averagePrecision += called > 0 ? Step * ofPositives * share * sensitivity / called : 0;
            var probability = 1 / (1 + Math.Exp(distance / 2 - x));
            brier += Step * (share * ofPositives * (1 - probability) * (1 - probability) + (1 - share) * ofNegatives * probability * probability);
            logLoss -= Step * (share * ofPositives * Math.Log(probability) + (1 - share) * ofNegatives * Math.Log(1 - probability));
        }

        // Called from probability 0.5 on: from the middle between both means.
        var right = Distributions.NormalCdf(distance / 2);
        var (tp, fp, fn, tn) = (share * right, (1 - share) * (1 - right), share * (1 - right), (1 - share) * right);
        var chance = share * (tp + fp) + (1 - share) * (fn + tn);
        return new TrueFigures(
            Distributions.NormalCdf(distance / Math.Sqrt(2)),
            averagePrecision,
            right,
            right,
            2 * tp / (2 * tp + fp + fn),
            (tp * tn - fp * fn) / Math.Sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
            (tp + tn - chance) / (1 - chance),
            brier,
            logLoss);
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private sealed record TrueFigures(double Area, double AveragePrecision, double Sensitivity, double Specificity, double F1, double Matthews, double Kappa, double Brier, double LogLoss);

    private sealed class Tally(double value)
    {
        private int _covered;
        private int _tooLow;
        private int _tooHigh;
        private double _width;

        public double True => value;

        public int Missing { get; private set; }

        public double Covered => _covered / (double)Intervals;

        public double TooLow => _tooLow / (double)Intervals;

        public double TooHigh => _tooHigh / (double)Intervals;

        public double Width => _width / Intervals;

        private int Intervals => _covered + _tooLow + _tooHigh;

        public void Add(ConfidenceInterval? interval)
        {
            _width += interval is null ? 0 : interval.Upper - interval.Lower;
            if (interval is null)
            {
                Missing++;
            }
            else if (interval.Upper < value)
            {
                _tooLow++;
            }
            else if (interval.Lower > value)
            {
                _tooHigh++;
            }
            else
            {
                _covered++;
            }
        }
    }
}
