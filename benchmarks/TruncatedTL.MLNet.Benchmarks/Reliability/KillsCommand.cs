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
    private const string Section = "kills";

    public static Command Command()
    {
        var count = new Option<int>("--count") { Description = "kills of a training that saves its model in three formats", DefaultValueFactory = _ => 200 };
        var experiments = new Option<int>("--experiments") { Description = "kills of an experiment", DefaultValueFactory = _ => 20 };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => 1 };
        var goOn = new Option<bool>("--continue") { Description = "adds to the kills that the page has already, up to the numbers asked for; give another seed" };
        var output = ReliabilityCommand.Output();
        var command = new Command("kills", "kills trainings and experiments at random moments and goes on with them") { count, experiments, seed, goOn, output };
        command.SetAction(result => Run(
            result.GetRequiredValue(count), result.GetRequiredValue(experiments), result.GetRequiredValue(seed), result.GetValue(goOn), result.GetRequiredValue(output)));
        return command;
    }

    private static void Run(int count, int experiments, int seed, bool goOn, string output)
    {
        var folder = Directory.CreateTempSubdirectory("truncatedtl-kills-").FullName;
        var watch = Stopwatch.StartNew();
        var former = goOn ? ResultPage.Section(output, Section) : string.Empty;
        var seeds = string.Join(", ", former.Split('\n').Where(line => line.StartsWith("Seed ", StringComparison.Ordinal)).Select(line => line[5..].Split(';')[0]).Append($"{seed}").Distinct());
        var work = new[] { (Kind: "fit", Wanted: count, PerRun: (3, 9)), (Kind: WorkerProgram.Experiment, Wanted: experiments, PerRun: (6, 10)) };
        var tallies = new SortedDictionary<string, KillTally>(work.ToDictionary(part => part.Kind, part => KillTally.Of(former, part.Kind)));
        try
        {
            foreach (var (kind, wanted, perRun) in work)
            {
                var earlier = tallies[kind];
                var run = new KillRun(kind, seed, folder);
                if (wanted > earlier.Kills)
                {
                    run.Run(wanted - earlier.Kills, perRun, () =>
                    {
                        tallies[kind] = earlier.With(run);
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {tallies[kind].Kills} kills, {watch.Elapsed:hh\\:mm\\:ss}"));
                        if (tallies[kind].Kills % KillsPerWrite == 0)
                        {
                            ResultPage.Write(output, "Reliability", Section, Body(tallies, seeds));
                        }
                    });
                    tallies[kind] = earlier.With(run);
                    ResultPage.Write(output, "Reliability", Section, Body(tallies, seeds));
                }
            }

            Console.Write(Body(tallies, seeds));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Body(SortedDictionary<string, KillTally> tallies, string seeds)
    {
        var body = new StringBuilder();
        body.AppendLine("A child process is ended by SIGKILL and started anew in the same folder, several times, until it is left alone. Moments are drawn with a seed: first a line that the child");
        body.AppendLine("will tell, then a share of the time that an undisturbed child needs from there to its next line. After every kill all files are read and compared; the command ends with an");
        body.AppendLine("error where a child does not start again, an epoch that was told is not kept or is trained twice, a half-written file passes for whole, or a result differs by a bit.");
        body.AppendLine();
        body.AppendLine(CultureInfo.InvariantCulture, $"Seed {seeds}; {TimedRepeats.Machine()} at the end.");
        body.AppendLine();
        body.AppendLine("| work | kills | runs that came to their end, all equal to the undisturbed | epochs told / of as many undisturbed runs | kills within a write (old content stays) | seen: ML.NET's zip half written and refused | temporary files left by kills | at the end |");
        body.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (kind, tally) in tallies.Where(pair => pair.Value.Kills > 0))
        {
            body.AppendLine(tally.Row(kind));
        }

        body.AppendLine();
        foreach (var (kind, tally) in tallies.Where(pair => pair.Value.Kills > 0))
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"- {kind}, kills by the child's last line: {string.Join(", ", tally.After.Select(pair => $"{pair.Key} {pair.Value}"))}");
        }

        body.AppendLine();
        body.AppendLine("An epoch that is not told was in the checkpoint when the child died before the line; it is not trained again. `fit` saves with `mlContext.Model.Save`, which writes in place: a zip that");
        body.AppendLine("was cut is refused by `Model.Load`. All files of an experiment, its `model.zip` included, and all that the library itself writes appear by a rename. Temporary files are counted at every");
        body.AppendLine("look at the folder, so one that lies there over two kills counts twice.");
        return body.ToString();
    }
}
