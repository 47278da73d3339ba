using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>Every C# block of the documents runs, in a folder that has the files it speaks of, and prints what the text says. One after the other: the current folder belongs to the process.</summary>
[Collection(nameof(WorkingFolder))]
public sealed class ProgramTests
{
    private const string Readme = "README.md";
    private const string GettingStarted = "docs/getting-started.md";

    /// <summary>Documents whose blocks go on from one another; tests of their own run them.</summary>
    private static readonly string[] InOrder = [Readme, GettingStarted];

    public static TheoryData<string, int> Blocks => Documents.Places(Documents.All.Except(InOrder), Documents.Blocks);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_runs(string file, int index)
    {
        var block = Documents.Blocks(file)[index];
        var run = BlockRuns.For(file, index);
        using var folder = new WorkingFolder($"{block.Code} {(run.Use.Contains("scan.rawscan", StringComparison.Ordinal) ? "\"scan.rawscan\"" : string.Empty)}");

        var output = run.Of(block);

        Assert.Contains(run.Printed, output.ReplaceLineEndings(" "));
    }

    [Fact]
    public void What_is_said_about_blocks_is_about_blocks_that_exist() => Assert.DoesNotContain(BlockRuns.Places, place => Documents.Blocks(place.File).Count <= place.Index);

    [Fact]
    public void The_program_of_README_its_experiment_and_its_model_in_8_bits_run_on_a_DICOM_archive()
    {
        var blocks = Documents.Blocks(Readme);
        Assert.Equal(3, blocks.Count);
        using var folder = new WorkingFolder(blocks[0].Code);

        var output = new BlockRun().Of(blocks[0] with { Code = string.Join('\n', blocks.Select(block => block.Code)) });

        Assert.Contains("AUROC", output);
        Assert.Contains("that were trained to their end", output);
        Assert.Contains("8 bits: probabilities of", output);
        Assert.True(File.Exists("model.zip"));
        Assert.True(File.Exists(Path.Combine("experiment", "report.html")));
        Assert.InRange(new FileInfo("small.zip").Length, 1, new FileInfo("model.zip").Length / 2);
    }

    [Fact]
    public void The_programs_of_getting_started_run_in_their_order()
    {
        var blocks = Documents.Blocks(GettingStarted);
        Assert.Equal(3, blocks.Count);
        using var folder = new WorkingFolder(string.Empty);

        Assert.Contains("300 images of benign-like and malignant-like", new BlockRun().Of(blocks[0]));
        var training = new BlockRun().Of(blocks[1]);
        Assert.Contains("epoch 8/8", training);
        Assert.Contains("sensitivity of at least 0.9", training);
        Assert.Contains("AUROC", training);
        Assert.True(File.Exists("model.safetensors"));
        Assert.Matches(@"^(True|False) \(0\.\d{3}\)", new BlockRun().Of(blocks[2]));
    }
}
