using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>Says whether the library still compiles with a change in it, so that one build of all changes together succeeds.</summary>
internal sealed class MutantCompiler
{
    // What the SDK adds to every file.
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);

    private readonly Dictionary<string, SyntaxTree> _trees;
    private readonly Dictionary<string, int> _errors = [];
    private readonly CSharpCompilation _compilation;

    /// <summary>Reads the library's sources.</summary>
    /// <param name="library">Its folder.</param>
    public MutantCompiler(string library)
    {
        _trees = Directory.GetFiles(library, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(library, path).Replace('\\', '/')))
            .Where(file => !file.Name.StartsWith("bin/", StringComparison.Ordinal) && !file.Name.StartsWith("obj/", StringComparison.Ordinal))
            .ToDictionary(file => file.Name, file => CSharpSyntaxTree.ParseText(File.ReadAllText(file.Path).ReplaceLineEndings("\n"), Parsing));
        var own = typeof(MutantCompiler).Assembly.Location;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path != own && Path.GetFileNameWithoutExtension(path) != "TruncatedTL.MLNet")
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        _compilation = CSharpCompilation.Create(
            "Mutants", [.. _trees.Values, CSharpSyntaxTree.ParseText(ImplicitUsings, Parsing), CSharpSyntaxTree.ParseText(MutantWriter.Switch, Parsing)], references, options);
    }

    /// <summary>Whether the change's file has no error that it did not have before; code that is generated is missing here, so that some have.</summary>
    public bool Compiles(Mutant mutant)
    {
        var tree = _trees[mutant.File];
        if (!_errors.TryGetValue(mutant.File, out var before))
        {
            before = Errors(_compilation, tree);
            _errors.Add(mutant.File, before);
        }

        var changed = CSharpSyntaxTree.ParseText(MutantWriter.Switched(tree.ToString(), [mutant]), Parsing);
        return Errors(_compilation.ReplaceSyntaxTree(tree, changed), changed) <= before;
    }

    private static int Errors(CSharpCompilation compilation, SyntaxTree tree) =>
        compilation.GetSemanticModel(tree).GetDiagnostics().Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
