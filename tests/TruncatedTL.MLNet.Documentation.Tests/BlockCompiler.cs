using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>Compiles a block against the library, with <see cref="StandIns"/> around it.</summary>
internal static class BlockCompiler
{
    private const string UnknownName = "CS0103";

    // The library shows its internals to an assembly of this name.
    private const string Friend = "TruncatedTL.MLNet.Tests";

    // Everything that this program could load: framework, ML.NET, the library.
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(Surroundings).Assembly.Location).Distinct().Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Errors of a block, with the document's line numbers; empty where it compiles.</summary>
    public static IReadOnlyList<string> Errors(CodeBlock block) =>
    [
        .. Compile(block).GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic =>
            $"{block.File}:{diagnostic.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {diagnostic.Id} {diagnostic.GetMessage()}"),
    ];

    /// <summary>The compiled program of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="more">A file that is compiled with it.</param>
    /// <exception cref="InvalidOperationException">It does not compile.</exception>
    public static Assembly Load(CodeBlock block, string? more = null)
    {
        using var assembly = new MemoryStream();
        var compilation = Compile(block);
        var result = (more is null ? compilation : compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(more))).Emit(assembly);
        return result.Success ? Assembly.Load(assembly.ToArray()) : throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
    }

    private static CSharpCompilation Compile(CodeBlock block)
    {
        var compilation = Create(block, []);
        var unknown = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Id == UnknownName)
            .Select(diagnostic => diagnostic.Location.SourceTree!.GetRoot().FindNode(diagnostic.Location.SourceSpan).ToString())
            .Distinct().Select(name => StandIns.Declaration(block.File, name)).OfType<string>().ToArray();
        return unknown.Length == 0 ? compilation : Create(block, unknown);
    }

    private static CSharpCompilation Create(CodeBlock block, IReadOnlyList<string> declarations)
    {
        var unit = SyntaxFactory.ParseCompilationUnit(block.Code);
        var own = unit.Usings.Select(directive => directive.Name!.ToString()).ToHashSet();
        var members = unit.Usings.Count == 0 ? block.Code : block.Code[unit.Usings[^1].FullSpan.End..];
        var line = block.Line + block.Code[..^members.Length].Count(character => character == '\n');
        var source = $"""
            #nullable enable
            {string.Join('\n', StandIns.Usings.Where(name => !own.Contains(name)).Concat(own).Select(name => $"using {name};"))}
            {string.Join('\n', declarations)}
            #line {line} "{block.File}"
            {members}
            """;
        var tree = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest));
        var kind = tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any() ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary;
        return CSharpCompilation.Create(block.IsInsideLibrary ? Friend : $"Block_{Guid.NewGuid():N}", [tree], References, new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable));
    }
}
