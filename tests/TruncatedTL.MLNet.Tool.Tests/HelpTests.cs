using Xunit;

namespace TruncatedTL.MLNet.Tool.Tests;

public sealed class HelpTests
{
    private static readonly string[] Names = ["inspect", "split", "pretrain", "train", "compare", "evaluate", "predict", "explain", "export", "report"];

    public static TheoryData<string> Commands => [.. Names];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_explains_itself_with_examples_and_exit_codes(string command)
    {
        var run = ToolRun.Success(command, "--help");
        Assert.Contains($"ttl {command} ", run.Output.Split("Examples:")[1]);
        Assert.Contains("130 cancelled", run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void The_program_lists_its_commands()
    {
        var run = ToolRun.Success("--help");
        Assert.All(Names, command => Assert.Contains($"  {command}", run.Output));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_examples_name_options_that_exist(string command)
    {
        var help = ToolRun.Success(command, "--help").Output;
        var parts = help.Split("Examples:");
        var lines = parts[1].Split('\n').Where(line => line.Contains($"ttl {command} ")).Select(line => line.Split("&&").Where(part => part.Contains($"ttl {command} ")));
        foreach (var option in lines.SelectMany(pieces => pieces).SelectMany(line => line.Split(' ')).Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            Assert.Contains($"  {option.Trim()}", parts[0]);
        }
    }
}
