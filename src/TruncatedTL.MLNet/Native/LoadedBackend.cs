namespace TruncatedTL.MLNet.Native;

/// <summary>TorchSharp's native library as it was loaded.</summary>
/// <param name="Handle">The loader's handle.</param>
/// <param name="Description">What was loaded from where, and what was changed, for a log.</param>
internal sealed record LoadedBackend(nint Handle, string Description);
