using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TruncatedTL.MLNet.Tests.Reliability.Workers;

namespace TruncatedTL.MLNet.Benchmarks.Reliability;

/// <summary>Trainings and experiments that are killed again and again, against those that nobody disturbed.</summary>
internal static class KillsCommand
{
    // A long run that is stopped has told what it had seen.
    private const int KillsPerWrite = 10;

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "kills of a training that saves its model in three formats", DefaultValueFactory = _ => 200 };
        var experiments = new Option<int>("--experiments") { Description = "kills of an experiment", DefaultValueFactory = _ => 20 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var output = ReliabilityCommand.Output();
        var command = new Command("kills", "kills trainings and experiments at random moments and goes on with them") { count, experiments, seed, output };
        command.SetAction(result => Run(result.GetRequiredValue(count), result.GetRequiredValue(experiments), result.GetRequiredValue(seed), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(int count, int experiments, int seed, string output)
    {
        var folder = Directory.CreateTempSubdirectory("truncatedtl-kills-").FullName;
        var watch = Stopwatch.StartNew();
        var runs = new List<(string Kind, KillRun Run)>();
        try
        {
            foreach (var (kind, kills, perRun) in new[] { (WorkerProgram.Experiment, experiments, (6, 10)), ("fit", count, (3, 9)) })
            {
                if (kills > 0)
                {
                    var run = new KillRun(kind, seed, folder);
                    runs.Add((kind, run));
                    run.Run(kills, perRun, () =>
                    {
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {run.Kills} kills, {watch.Elapsed:hh\\:mm\\:ss}"));
                        if (run.Kills % KillsPerWrite == 0)
                        {
                            ResultPage.Write(output, "Reliability", "kills", Body(runs, seed));
                        }
                    });
                }
            }

            ResultPage.Write(output, "Reliability", "kills", Body(runs, seed));
            Console.Write(Body(runs, seed));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Body(List<(string Kind, KillRun Run)> runs, int seed)
    {
        var body = new StringBuilder();
        body.AppendLine("A child process is ended by SIGKILL and started anew in the same folder, several times, until it is left alone. Moments are drawn with a seed: first a line that the child");
        body.AppendLine("will tell, then a share of the time that an undisturbed child needs from there to its next line. After every kill all files are read and compared; the command ends with an");
        body.AppendLine("error where a child does not start again, an epoch that was told is not kept or is trained twice, a half-written file passes for whole, or a result differs by a bit.");
        body.AppendLine();
        body.AppendLine(CultureInfo.InvariantCulture, $"Seed {seed}; {TimedRepeats.Machine()}.");
        body.AppendLine();
        body.AppendLine("| work | kills | runs that came to their end, all equal to the undisturbed | epochs told / of as many undisturbed runs | kills within a write (old content stays) | seen: ML.NET's zip half written and refused | temporary files left by kills | at the end |");
        body.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (kind, run) in runs)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"| {kind} | {run.Kills} | {run.Chains} | {run.EpochsTold} / {run.Chains * run.EpochsUndisturbed} | {run.HalfWritten} | {run.RefusedZips} | {run.Leftovers} | {run.LeftoversAtTheEnd} |");
        }

        body.AppendLine();
        foreach (var (kind, run) in runs)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"- {kind}, kills by the child's last line: {string.Join(", ", run.KillsAfter.Select(pair => $"{pair.Key} {pair.Value}"))}");
        }

        body.AppendLine();
        body.AppendLine("An epoch that is not told was in the checkpoint when the child died before the line; it is not trained again. `fit` saves with `mlContext.Model.Save`, which writes in place: a zip that");
        body.AppendLine("was cut is refused by `Model.Load`. All files of an experiment, its `model.zip` included, and all that the library itself writes appear by a rename. Temporary files are counted at every");
        body.AppendLine("look at the folder, so one that lies there over two kills counts twice.");
        return body.ToString();
    }
}
