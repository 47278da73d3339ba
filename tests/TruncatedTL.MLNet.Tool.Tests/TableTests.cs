using Spectre.Console;
using Spectre.Console.Rendering;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Progress;
using TruncatedTL.MLNet.Tool.Results;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

/// <summary>The two tables of a comparison fit their terminal.</summary>
public sealed class TableTests
{
    private const string LongestName = "TransFusion(layer3.1, slim=2)";

    [Theory]
    [InlineData(80, 24, 9)]
    [InlineData(100, 24, 30)]
    [InlineData(120, 50, 30)]
    public void The_live_table_keeps_to_the_terminal_and_shows_what_is_trained(int width, int height, int candidates)
    {
        var trials = Enumerable.Range(0, candidates)
            .Select(i => new TrialProgress($"Truncated(layer{i})", TrialState.NotTried, 0, null, 1_000_000L * i, 0.5)).ToArray();
        trials[^1] = trials[^1] with { Name = LongestName, State = TrialState.Running, Epochs = 3, Score = 0.875 };
        var lines = Lines(width, height, console => ExperimentTable.Draw(
            new ExperimentProgress
            {
                Stage = ExperimentStage.Training,
                Message = new string('m', 300),
                Trials = trials,
                Elapsed = TimeSpan.FromSeconds(90),
                Remaining = TimeSpan.FromSeconds(30),
            },
            console.Profile));

        Assert.InRange(lines.Length, 5, height - 1);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => line.Contains(LongestName) && line.Contains("training") && line.Contains("0.875"));
        Assert.Contains(lines, line => line.Contains("75 %  01:30 passed, about 00:30 left"));
        var shown = lines.Count(line => line.Contains("Truncated(") || line.Contains(LongestName));
        Assert.Equal(shown < candidates, lines.Any(line => line.Contains($"and {candidates - shown} more")));
    }

    [Fact]
    public void While_an_epoch_is_told_its_candidate_is_named()
    {
        var progress = new ExperimentProgress
        {
            Stage = ExperimentStage.Training,
            Message = "not this",
            Trials = [new TrialProgress("Full", TrialState.Running, 3, null, 1, null)],
            Elapsed = TimeSpan.FromHours(26),
            Epoch = new Training.EpochMetrics { Epoch = 3, MaxEpochs = 12, Phase = default, LearningRate = 1, TrainLoss = 1, TrainAccuracy = 1, IsBest = false, ElapsedSeconds = 1, ImagesPerSecond = 210 },
        };
        var text = string.Join('\n', Lines(100, 24, console => ExperimentTable.Draw(progress, console.Profile)));

        Assert.Contains("Full: epoch 3 of at most 12, 210 images/s", text);
        Assert.Contains("26:00:00 passed", text);
        Assert.DoesNotContain("left", text);
    }

    [Theory]
    [InlineData(80, false, false, false)]
    [InlineData(100, true, false, false)]
    [InlineData(120, true, true, false)]
    [InlineData(200, true, true, true)]
    public void The_table_of_results_leaves_out_columns_for_which_there_is_no_room(int width, bool hasInterval, bool hasMilliseconds, bool hasSeconds)
    {
        var estimate = new MetricEstimate(0.9, new ConfidenceInterval(0.85, 0.95, 0.95, IntervalMethod.DeLong));
        CandidateRow[] rows =
        [
            new("Truncated(layer2.1)", TrialState.Finished, 0.95, estimate, 171_000, 22_000_000, 0.41, 12, 34.2, IsWinner: true),
            new(LongestName, TrialState.Stopped, 0.9, null, 1_300_000, 30_000_000, 1.1, 3, 10, IsWinner: false),
            new("Full", TrialState.NotTried, null, null, 2_800_000, 40_000_000, 1.5, 0, 0, IsWinner: false),
        ];

        var lines = Lines(width, 24, console => CandidateTable.Create(rows, ExperimentMetric.Auroc, "test AUROC", console.Profile.Width));

        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => line.Contains("Truncated(layer2.1) *") && line.Contains("0.900") && line.Contains("0.17M"));
        Assert.Contains(lines, line => line.Contains(LongestName));
        Assert.DoesNotContain(lines, line => line.Contains("Full"));
        Assert.Equal(hasInterval, lines.Any(line => line.Contains("0.850 to 0.950")));
        Assert.Equal(hasMilliseconds, lines.Any(line => line.Contains("0.41")));
        Assert.Equal(hasSeconds, lines.Any(line => line.Contains("34 s")));
        Assert.Equal("1 more candidate did not have to be trained.", CandidateTable.LeftOut(rows));
    }

    private static string[] Lines(int width, int height, Func<IAnsiConsole, IRenderable> draw)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        console.Profile.Height = height;
        console.Write(draw(console));
        return writer.ToString().TrimEnd('\n').Split('\n');
    }
}
