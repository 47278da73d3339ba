namespace TruncatedTL.MLNet.Backbones;

/// <summary>A place after which a backbone may end ("truncation point"), with the facts a user chooses by.</summary>
/// <param name="Index">Position from the input, starting at 1 for the stem (the paper's k for ResNet-50).</param>
/// <param name="Name">torchvision's module path of the last unit that is kept, e.g. <c>layer3.2</c>.</param>
/// <param name="Stage">The stage it belongs to, e.g. <c>layer3</c>.</param>
/// <param name="Channels">Channels of the features at the cut.</param>
/// <param name="Stride">How many input pixels one feature step covers along each axis (H, W or D, H, W).</param>
/// <param name="Parameters">Trainable parameters of the backbone up to here, without a head.</param>
public sealed record BackboneCut(int Index, string Name, string Stage, int Channels, IReadOnlyList<int> Stride, long Parameters)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Channels} channels, stride {string.Join("x", Stride)}, {Parameters / 1e6:0.000}M parameters)";
}
