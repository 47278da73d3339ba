using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Tests.Reliability.Threads;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>Many threads that predict with one loaded zip: equal scores, no growth, throughput and latency.</summary>
internal static class ThreadsCommand
{
    public static Command Command()
    {
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 32 };
        var count = new Option<int>("--count") { Description = "predictions a thread", DefaultValueFactory = _ => 10_000 };
        var output = ReliabilityCommand.Output();
        var command = new Command("threads", "predicts in many threads with one loaded zip") { threads, count, output };
        command.SetAction(result => Run(result.GetRequiredValue(threads), result.GetRequiredValue(count), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(int threads, int count, string output)
    {
        var zip = Path.GetTempFileName();
        try
        {
            ThreadRun.Save(zip);
            var body = new StringBuilder();
            body.AppendLine(CultureInfo.InvariantCulture, $"{threads} threads, {count:N0} predictions each, with one loaded zip: resnet18_w32 from scratch up to layer1.0, 16 x 16 pixels, {ThreadRun.Images} different images.");
            body.AppendLine("Every score is compared with that of a single thread, bit for bit; the command ends with an error at the first difference. Memory and handles after a tenth of the");
            body.AppendLine(CultureInfo.InvariantCulture, $"predictions and at the end, after a full collection. {TimedRepeats.Machine()}: throughput and latency are those of a busy machine.");
            body.AppendLine();
            body.AppendLine("| way | predictions, all equal | a second | median ms a call | 99 % ms a call | managed MB | resident MB | handles |");
            body.AppendLine("|---|---|---|---|---|---|---|---|");
            Measure("pool of `PredictionEngine`s, one image a call", perCall: 1, (run, calls) => run.PredictFromPool(threads, calls), count);
            Measure($"shared transformer, `Transform` of {ThreadRun.Images} images a call", ThreadRun.Images, (run, calls) => run.TransformShared(threads, calls), Math.Max(10, count / ThreadRun.Images));
            ResultPage.Write(output, "Reliability", "threads", body.ToString());
            Console.Write(body);

            void Measure(string way, int perCall, Action<ThreadRun, int> call, int calls)
            {
                using var run = new ThreadRun(zip);
                call(run, calls / 10);
                run.Milliseconds.Clear();
                var before = ProcessState.Measure();
                var watch = Stopwatch.StartNew();
                call(run, calls);
                var seconds = watch.Elapsed.TotalSeconds;
                var times = run.Milliseconds.SelectMany(own => own).Order().ToArray();
                run.Milliseconds.Clear();
                var predictions = (long)threads * calls * perCall;
                var after = ProcessState.Measure();
                body.AppendLine(CultureInfo.InvariantCulture,
                    $"| {way} | {predictions:N0} | {predictions / seconds:N0} | {times[times.Length / 2]:0.00} | {times[(int)(times.Length * 0.99)]:0.0} | {before.ManagedBytes / 1e6:0.0} to {after.ManagedBytes / 1e6:0.0} | {before.ResidentBytes / 1e6:0} to {after.ResidentBytes / 1e6:0} | {before.Handles} to {after.Handles} |");
            }
        }
        finally
        {
            File.Delete(zip);
        }
    }
}
