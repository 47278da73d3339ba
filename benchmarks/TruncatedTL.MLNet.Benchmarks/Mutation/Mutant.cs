namespace TruncatedTL.MLNet.Benchmarks.Mutation;

/// <summary>One change of the source.</summary>
/// <param name="Number">From 1; the tests run with it when the variable <see cref="MutantWriter.Variable"/> says so.</param>
/// <param name="File">Path below the library's folder.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Start">Where the expression begins in the file.</param>
/// <param name="Length">Its length.</param>
/// <param name="Original">The expression.</param>
/// <param name="Changed">What stands for it.</param>
internal sealed record Mutant(int Number, string File, int Line, int Start, int Length, string Original, string Changed)
{
    /// <summary>The folder, which is that of the tests, too.</summary>
    public string Folder => File.Split('/')[0];
}
