using System.Text.Json;
using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

public sealed class ConfigurationTests
{
    public static TheoryData<string> Commands => ["inspect", "split", "pretrain", "train", "compare", "evaluate", "predict", "explain", "export", "report"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_is_written_is_read_back_alike(string command)
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success(command, "--write-config", folder["first.json"]);
        ToolRun.Success(command, "--config", folder["first.json"], "--write-config", folder["second.json"]);
        Assert.Equal(File.ReadAllText(folder["first.json"]), File.ReadAllText(folder["second.json"]));
        Assert.NotEmpty(Read(folder["first.json"]).EnumerateObject());
    }

    [Fact]
    public void Values_of_every_kind_come_back_and_the_command_line_comes_first()
    {
        using var folder = new TemporaryFolder();
        ToolRun.Success(
            "compare", "--data", "some where", "--epochs", "7", "--learning-rate", "0.25", "--gpu", "--strategies", "LinearProbe", "TransFusion(layer3.1, slim=2)", "--metric", "auprc", "--max-minutes", "1.5",
            "--write-config", folder["first.json"]);
        ToolRun.Success("compare", "--config", folder["first.json"], "--epochs", "9", "--write-config", folder["second.json"]);
        var read = Read(folder["second.json"]);
        Assert.Equal("some where", read.GetProperty("data").GetString());
        Assert.Equal(9, read.GetProperty("epochs").GetInt32());
        Assert.Equal(0.25, read.GetProperty("learning-rate").GetDouble());
        Assert.True(read.GetProperty("gpu").GetBoolean());
        Assert.Equal(["LinearProbe", "TransFusion(layer3.1, slim=2)"], read.GetProperty("strategies").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal("Auprc", read.GetProperty("metric").GetString());
        Assert.Equal(1.5, read.GetProperty("max-minutes").GetDouble());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("backbone").ValueKind);
    }

    [Theory]
    [InlineData("{ \"epoch\": 3 }", "'epoch'")]
    [InlineData("{ \"epochs\": \"many\" }", "many")]
    [InlineData("{ \"epochs\": { } }", "'epochs'")]
    [InlineData("[ 1 ]", "not a JSON object")]
    [InlineData("{ \"epochs\": ", "not JSON")]
    public void What_cannot_be_understood_is_a_usage_error_that_names_it(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["bad.json"], text);
        var run = ToolRun.Of("train", "--config", folder["bad.json"], "--data", "formula");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        return document.RootElement.Clone();
    }
}
