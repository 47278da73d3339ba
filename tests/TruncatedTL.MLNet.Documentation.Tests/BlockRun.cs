using System.Reflection;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>How a block is run: as it stands, but for what is said here.</summary>
internal sealed record BlockRun
{
    /// <summary>Texts that are replaced before it runs, where what stands there would take hours.</summary>
    public (string From, string To)[] Smaller { get; init; } = [];

    /// <summary>Statements that use what the block declares.</summary>
    public string Use { get; init; } = string.Empty;

    /// <summary>For a part of the library, which has no statements: a class with a method <c>Text</c> that uses it.</summary>
    public string? User { get; init; }

    /// <summary>A part of what is printed.</summary>
    public string Printed { get; init; } = string.Empty;

    /// <summary>Runs a block in the current folder.</summary>
    /// <returns>What it printed.</returns>
    public string Of(CodeBlock block)
    {
        var code = block.Code;
        foreach (var (from, to) in Smaller)
        {
            code = code.Contains(from, StringComparison.Ordinal) ? code.Replace(from, to, StringComparison.Ordinal) : throw new InvalidOperationException($"{block} has no '{from}' any more.");
        }

        if (User is not null)
        {
            var user = BlockCompiler.Load(block, User).GetType("User", throwOnError: true)!;
            return (string)user.GetMethod("Text", BindingFlags.Static | BindingFlags.Public)!.Invoke(obj: null, BindingFlags.DoNotWrapExceptions, binder: null, [], culture: null)!;
        }

        var entry = BlockCompiler.Load(block with { Code = WithUse(code) }).EntryPoint ?? throw new InvalidOperationException($"{block} has no statements: say in {nameof(BlockRuns)} how it is used.");
        var former = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            entry.Invoke(obj: null, BindingFlags.DoNotWrapExceptions, binder: null, [Array.Empty<string>()], culture: null);
        }
        finally
        {
            Console.SetOut(former);
        }

        return output.ToString();
    }

    // Behind the statements, before the types.
    private string WithUse(string code)
    {
        var firstType = SyntaxFactory.ParseCompilationUnit(code).Members.FirstOrDefault(member => member is not GlobalStatementSyntax);
        return code.Insert(firstType?.FullSpan.Start ?? code.Length, $"\n{Use}\n");
    }
}
