namespace TruncatedTL.MLNet.Native;

/// <summary>What <see cref="ElfSymbolVersionPatch.Weaken"/> made.</summary>
/// <param name="Image">The whole patched file; a new array, also where nothing had to change.</param>
/// <param name="Weakened">The records whose flag was set; empty where all were optional or absent already.</param>
internal sealed record ElfPatchResult(byte[] Image, IReadOnlyList<ElfVersionNeed> Weakened);
