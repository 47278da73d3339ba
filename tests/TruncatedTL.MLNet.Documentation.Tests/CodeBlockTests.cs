using Xunit;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>Every C# block of the documents compiles against the library as it is.</summary>
public sealed class CodeBlockTests
{
    private const int MostExceptions = 3;

    public static TheoryData<string> DocumentsWithCode { get; } = [.. Documents.All.Where(file => Documents.Blocks(file).Count > 0)];

    [Theory]
    [MemberData(nameof(DocumentsWithCode))]
    public void Every_block_of_a_document_compiles(string file) =>
        Assert.Empty(Documents.Blocks(file).Where(block => block.ReasonNotCompiled is null).SelectMany(BlockCompiler.Errors));

    [Fact]
    public void Few_blocks_are_not_compiled_and_each_says_why()
    {
        var exceptions = Documents.All.SelectMany(Documents.Blocks).Where(block => block.ReasonNotCompiled is not null).ToArray();

        Assert.True(exceptions.Length <= MostExceptions, string.Join(", ", exceptions.Select(block => block.ToString())));
        Assert.All(exceptions, block => Assert.False(string.IsNullOrWhiteSpace(block.ReasonNotCompiled), $"{block} gives no reason."));
    }

    [Fact]
    public void A_block_with_a_mistake_is_noticed_at_its_line()
    {
        var block = new CodeBlock("x.md", 10, "using System;\n\nvar strategy = TransferStrategy.Truncated(\"layer3.1\");\nstrategy.Frobnicate();", ReasonNotCompiled: null);

        var error = Assert.Single(BlockCompiler.Errors(block));

        Assert.StartsWith("x.md:13: CS1061", error);
    }

    [Fact]
    public void A_variable_that_no_reader_could_know_is_noticed()
    {
        var block = new CodeBlock("x.md", 1, "Console.WriteLine(undeclared); Console.WriteLine(model.Cut);", ReasonNotCompiled: null);

        Assert.Contains("undeclared", Assert.Single(BlockCompiler.Errors(block)));
    }
}
