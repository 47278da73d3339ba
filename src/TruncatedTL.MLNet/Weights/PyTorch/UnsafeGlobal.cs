namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>The refusal of a global name.</summary>
internal static class UnsafeGlobal
{
    /// <summary>The exception that names what was refused and says how to convert the file.</summary>
    public static UnsafeWeightsException Refuse(ByteSource source, string fullName)
    {
        var hint = fullName.StartsWith("__torch__.", StringComparison.Ordinal)
            ? "It is a TorchScript program. "
            : fullName.StartsWith("torch.nn.", StringComparison.Ordinal)
                ? "It holds a whole module, not only weights. "
                : string.Empty;
        return new UnsafeWeightsException(
            $"Refused to load '{source.Name}': it asks to create or call '{DisplayText.Clean(fullName)}', which is neither a tensor nor "
            + $"plain data. Nothing of it was executed. {hint}If you trust the file, load it in Python and save only the weights, with "
            + "torch.save(model.state_dict(), path) or safetensors.torch.save_file(model.state_dict(), path), then load that file.",
            fullName);
    }
}
