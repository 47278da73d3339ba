namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// How the kernel of a convolution on images, <c>W</c> [out, in, H, W], becomes that of a convolution on volumes, <c>V</c> [out, in, D, H, W], so
/// that a network on volumes can start from weights that were trained on images.
/// </summary>
public enum KernelInflation
{
    /// <summary>
    /// The kernel is repeated along D and divided by its length there: <c>V[:, :, d] = W / D</c>. A volume whose slices are all alike gives, away
    /// from its ends, the response of one slice. Source: Carreira and Zisserman, "Quo Vadis, Action Recognition?" (I3D), arXiv 1705.07750.
    /// </summary>
    Average,

    /// <summary>
    /// The kernel lies unchanged in the central plane of the volume kernel, zeros around it; of the output channels the first third looks at
    /// axial planes (H, W), the second at coronal ones (D, W), the last at sagittal ones (D, H), and fine-tuning may fill the rest. A kernel whose
    /// sides differ can lie in axial planes only. Source: Yang et al., "Reinventing 2D Convolutions for 3D Images" (ACS), arXiv 1911.10477.
    /// </summary>
    AxialCoronalSagittal,
}
