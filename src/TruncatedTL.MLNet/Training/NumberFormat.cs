namespace TruncatedTL.MLNet.Training;

/// <summary>
/// The numbers that a training step computes in. Weights, optimiser, normalisation statistics, head, loss and everything that is not a training step
/// (validation, export, scoring) are float32 in every case.
/// </summary>
public enum NumberFormat
{
    /// <summary>32-bit floating point throughout.</summary>
    Float32,

    /// <summary>
    /// Convolutions and activations in bfloat16 (8 bits of precision, the range of float32) on copies of the float32 weights, as in mixed-precision training
    /// (Micikevicius et al. 2018, arXiv 1710.03740; Kalamkar et al. 2019, arXiv 1905.12322). It is not refused on a
    /// processor without instructions for it, where it is likely to be slow. Where the loss becomes infinite or NaN, training goes on in float32.
    /// </summary>
    BFloat16,

    /// <summary>
    /// A few steps of each on the first images decide before the first epoch: bfloat16 where the processor has instructions for it, or on a GPU, and where it
    /// takes at most 1 / 1.2 of the time; otherwise float32. What else runs on the machine has a part in that choice, so the same seed may give
    /// another network; <see cref="TrainingResult.NumberFormat"/> tells what was chosen, and a checkpoint goes on with it. An experiment measures once, before its
    /// first candidate, and writes the choice into its plan: all candidates compute alike, in every process that takes part.
    /// </summary>
    Auto,
}
