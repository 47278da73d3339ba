namespace TruncatedTL.MLNet.Onnx;

/// <summary>What an ONNX file says about itself.</summary>
/// <param name="IrVersion">Version of the file format.</param>
/// <param name="OperatorSet">Version of the standard operators.</param>
/// <param name="Producer">Name and version of the program that wrote it.</param>
/// <param name="Inputs">Inputs that are no constants.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="NodeCounts">Number of nodes by operator.</param>
/// <param name="Metadata">Facts that the file carries.</param>
/// <param name="InitializerCount">Number of constants.</param>
/// <param name="InitializerBytes">Bytes that the constants' values take.</param>
internal sealed record OnnxModelSummary(
    long IrVersion,
    long OperatorSet,
    string Producer,
    IReadOnlyList<OnnxValueSummary> Inputs,
    IReadOnlyList<OnnxValueSummary> Outputs,
    IReadOnlyDictionary<string, int> NodeCounts,
    IReadOnlyDictionary<string, string> Metadata,
    int InitializerCount,
    long InitializerBytes);

/// <summary>An input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Element">Its element type, as the standard names it.</param>
/// <param name="Shape">Its lengths; a free one by name, an unknown one as <c>?</c>.</param>
internal sealed record OnnxValueSummary(string Name, string Element, IReadOnlyList<string> Shape)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Element} [{string.Join(", ", Shape)}]";
}
