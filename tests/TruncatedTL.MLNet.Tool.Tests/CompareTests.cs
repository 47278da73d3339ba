using System.Text.Json;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

public sealed class CompareTests
{
    private static readonly string[] Small =
    [
        "compare", "--data", "formula", "--formula-images", "12", "--size", "32", "--epochs", "2", "--threads", "1", "--cuts", "layer1.0", "layer1.1", "--frozen-scores", "false", "--search", "Exhaustive",
    ];

    [Fact]
    public void Rounds_of_single_trainings_give_what_one_call_gives()
    {
        using var folder = new TemporaryFolder();
        var whole = ToolRun.Json([.. Small, "--output", folder["whole"]]);

        ToolRun.Success([.. Small, "--output", folder["parts"], "--plan"]);
        var rounds = 0;
        while (true)
        {
            var pending = int.Parse(ToolRun.Success("compare", "--output", folder["parts"], "--round").Output);
            if (pending == 0)
            {
                break;
            }

            rounds++;
            Assert.True(rounds < 10);
            for (var i = pending - 1; i >= 0; i--)
            {
                Assert.True(ToolRun.Json("compare", "--output", folder["parts"], "--trial", $"{i}").GetProperty("isTrained").GetBoolean());
            }
        }

        Assert.True(rounds >= 1);
        var merged = ToolRun.Json("compare", "--output", folder["parts"], "--merge");
        Assert.Equal(whole.GetProperty("winner").GetString(), merged.GetProperty("winner").GetString());
        Assert.Equal(whole.GetProperty("reason").GetString(), merged.GetProperty("reason").GetString());
        Assert.Equal(Scores(whole), Scores(merged));
        Assert.Equal(File.ReadAllText(folder["whole", "result.json"]), File.ReadAllText(folder["parts", "result.json"]));
        Assert.True(File.Exists(folder["parts", "report.html"]));
        Assert.True(File.Exists(folder["parts", "model.zip"]));

        File.Delete(folder["parts", "report.html"]);
        Assert.Equal(folder["parts", "report.html"], ToolRun.Success("report", folder["parts"]).Output.Trim());
        Assert.True(File.Exists(folder["parts", "report.html"]));

        // All trainings are there, so that nothing is trained again.
        Assert.DoesNotContain("epoch 1/2", ToolRun.Success("compare", "--output", folder["parts"], "--resume").Error);
    }

    [Fact]
    public void The_number_of_a_training_comes_from_the_scheduler()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success([.. Small, "--output", folder["parts"], "--plan"]);
        var pending = int.Parse(ToolRun.Success("compare", "--output", folder["parts"], "--round").Output);
        var without = ToolRun.Of("compare", "--output", folder["parts"], "--trial", "env");
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("SLURM_ARRAY_TASK_ID", without.Error);
        try
        {
            Environment.SetEnvironmentVariable("JOB_COMPLETION_INDEX", "0");
            Assert.True(ToolRun.Json("compare", "--output", folder["parts"], "--trial", "env").GetProperty("done").GetBoolean());

            // An indexed job has a fixed number of pods; those that are too many have nothing to do.
            Environment.SetEnvironmentVariable("JOB_COMPLETION_INDEX", $"{pending}");
            Assert.False(ToolRun.Json("compare", "--output", folder["parts"], "--trial", "env").GetProperty("done").GetBoolean());
        }
        finally
        {
            Environment.SetEnvironmentVariable("JOB_COMPLETION_INDEX", null);
        }
    }

    [Fact]
    public void The_number_format_stands_in_the_plan()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success([.. Small, "--number-format", "bfloat16", "--output", folder["e"], "--plan"]);
        using var plan = JsonDocument.Parse(File.ReadAllText(folder["e", "plan.json"]));
        Assert.Equal("BFloat16", plan.RootElement.GetProperty("Training").GetProperty("NumberFormat").GetString());

        var wrong = ToolRun.Of([.. Small, "--number-format", "float8", "--output", folder["f"]]);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("float8", wrong.Error);
    }

    [Fact]
    public void Folds_take_the_place_of_validation_rows()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of([.. Small, "--folds", "2", "--output", folder["folds"], "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("with folds", run.Error);
        using var document = JsonDocument.Parse(run.Output);
        var winner = document.RootElement.GetProperty("candidates").EnumerateArray().Single(candidate => candidate.GetProperty("name").GetString() == document.RootElement.GetProperty("winner").GetString());

        // Two folds of two epochs, and the training on all rows.
        Assert.True(winner.GetProperty("epochs").GetInt32() >= 4);
        Assert.InRange(winner.GetProperty("test").GetDouble(), 0, 1);
    }

    [Fact]
    public void Several_backbones_compete_and_the_experiment_goes_on_from_another_folder()
    {
        using var folder = new TemporaryFolder();
        ImageFolderFixture.Write(folder["lesions"], imagesPerClass: 16);
        string[] options = ["--size", "32", "--epochs", "1", "--threads", "1", "--cuts", "layer1.0", "--frozen-scores", "false", "--search", "Exhaustive", "--strategies", "FromScratch", "--backbones", "resnet18_w32=bundled", "resnet18=random"];
        var former = Environment.CurrentDirectory;
        JsonElement first;
        try
        {
            Environment.CurrentDirectory = folder.FullPath;
            first = ToolRun.Json(["compare", "--data", "lesions", .. options, "--output", "experiment"]);
        }
        finally
        {
            Environment.CurrentDirectory = former;
        }

        var names = first.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("name").GetString()!).ToArray();
        Assert.Equal(["resnet18: FromScratch", "resnet18_w32: FromScratch", "resnet18_w32: Full", "resnet18_w32: Truncated(layer1.0)"], names.Order(StringComparer.Ordinal));

        var second = ToolRun.Of("compare", "--output", folder["experiment"], "--resume", "--json");
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.DoesNotContain("epoch 1/1", second.Error);
        using var document = JsonDocument.Parse(second.Output);
        Assert.Equal(first.GetProperty("reason").GetString(), document.RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public void Paths_of_an_experiment_are_kept_in_full()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["own.pth"], "weights");
        var former = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder.FullPath;
            var command = new Commands.CompareCommand();
            var parsed = command.Parse(["--data", "formula", "--weights", "own.pth", "--backbones", "resnet18=own.pth", "resnet34=random"]);
            ConfigurationFile.Write("kept.json", parsed, withFullPaths: true);
        }
        finally
        {
            Environment.CurrentDirectory = former;
        }

        using var document = JsonDocument.Parse(File.ReadAllText(folder["kept.json"]), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        Assert.Equal("formula", document.RootElement.GetProperty("data").GetString());
        Assert.Equal(folder["own.pth"], document.RootElement.GetProperty("weights").GetString());
        Assert.Equal([$"resnet18={folder["own.pth"]}", "resnet34=random"], document.RootElement.GetProperty("backbones").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public void The_limit_of_trials_holds_for_rounds_too()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success([.. Small, "--output", folder["parts"], "--plan", "--max-trials", "1"]);
        Assert.Equal("1", ToolRun.Success("compare", "--output", folder["parts"], "--round").Output.Trim());
        ToolRun.Success("compare", "--output", folder["parts"], "--trial", "0");
        Assert.Equal("0", ToolRun.Success("compare", "--output", folder["parts"], "--round").Output.Trim());
    }

    [Fact]
    public void Another_experiment_in_the_folder_is_refused()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success([.. Small, "--output", folder["one"], "--plan"]);
        var other = ToolRun.Of("compare", "--output", folder["one"], "--epochs", "3");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("other settings", other.Error);
    }

    [Fact]
    public void A_cancelled_comparison_with_nothing_to_keep_says_so()
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of(new CancellationToken(canceled: true), [.. Small, "--output", folder["one"]]);
        Assert.Equal(130, run.ExitCode);
        Assert.DoesNotContain("   at ", run.Error);
    }

    private static string[] Scores(JsonElement result) =>
        [.. result.GetProperty("candidates").EnumerateArray().Select(candidate => $"{candidate.GetProperty("name")} {candidate.GetProperty("state")} {candidate.GetProperty("score")} {candidate.GetProperty("test")}")];
}
