namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>A C# block of a document.</summary>
/// <param name="File">The document, from the repository's root.</param>
/// <param name="Line">The block's first line of code.</param>
/// <param name="Code">The code.</param>
/// <param name="ReasonNotCompiled">What a comment before the block gives as the reason that it is not compiled; null for all others.</param>
internal sealed record CodeBlock(string File, int Line, string Code, string? ReasonNotCompiled)
{
    public override string ToString() => $"{File}:{Line}";
}
