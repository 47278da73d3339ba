namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>A block of C# or shell commands of a document.</summary>
/// <param name="File">The document, from the repository's root.</param>
/// <param name="Line">The block's first line of code.</param>
/// <param name="Code">The code.</param>
/// <param name="ReasonNotCompiled">What a comment before the block gives as the reason that it is not compiled; null for all others.</param>
/// <param name="IsInsideLibrary">Whether it is written as a part of the library and sees what is internal there.</param>
internal sealed record CodeBlock(string File, int Line, string Code, string? ReasonNotCompiled, bool IsInsideLibrary = false)
{
    public override string ToString() => $"{File}:{Line}";
}
