using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TruncatedTL.MLNet.Evaluation;

namespace TruncatedTL.MLNet.Benchmarks;

/// <summary>Time of a medical evaluation with all its bootstrap intervals.</summary>
internal static class EvaluationBenchmark
{
    public static Command Command()
    {
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 10_000 };
        var classes = new Option<int>("--classes") { DefaultValueFactory = _ => 7 };
        var resamples = new Option<int>("--resamples") { DefaultValueFactory = _ => 2000 };
        var threads = new Option<int?>("--threads");
        var command = new Command("evaluation", "times an evaluation with bootstrap intervals") { rows, classes, resamples, threads };
        command.SetAction(result => Run(result.GetRequiredValue(rows), result.GetRequiredValue(classes), result.GetRequiredValue(resamples), result.GetValue(threads)));
        return command;
    }

    private static void Run(int rows, int classes, int resamples, int? threads)
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        var scores = new double[rows * classes];
        for (var i = 0; i < rows; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            var sum = 0.0;
            for (var c = 0; c < classes; c++)
            {
                row[c] = Math.Exp(2 * random.NextDouble() + (c == labels[i] ? 1 : 0));
                sum += row[c];
            }

            for (var c = 0; c < classes; c++)
            {
                row[c] /= sum;
            }
        }

        var examples = ScoredExamples.Multiclass(labels, scores, [.. Enumerable.Range(0, classes).Select(c => $"c{c}")]);
        foreach (var kind in Enum.GetValues<BootstrapInterval>())
        {
            var (watch, processor) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            MedicalEvaluator.EvaluateMulticlass(examples, new MedicalEvaluationOptions { Resamples = resamples, BootstrapInterval = kind, MaximumThreads = threads });
            var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{rows} rows, {classes} classes, {resamples} resamples, {kind}: {watch.Elapsed.TotalSeconds:0.0} s, {used.TotalSeconds:0.0} s of processor time"));
        }
    }
}
