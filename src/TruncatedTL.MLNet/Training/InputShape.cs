using TruncatedTL.MLNet.Networks;

namespace TruncatedTL.MLNet.Training;

/// <summary>Whether images have the shape that a network reads.</summary>
internal static class InputShape
{
    /// <summary>Requires the shape [C, H, W] or [C, D, H, W] of the specification.</summary>
    /// <exception cref="ArgumentException">The images have another shape.</exception>
    public static void Require(NetworkSpecification specification, ImageStore images)
    {
        int[] expected = [specification.InputChannels, .. specification.InputSpatial];
        if (!images.Shape.SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"The images have the shape [{string.Join(", ", images.Shape)}]; the network reads [{string.Join(", ", expected)}].",
                nameof(images));
        }
    }

    /// <summary>Requires that a batch fits into one array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The batch is too large.</exception>
    public static void RequireBatchFits(ImageStore images, int imagesPerBatch)
    {
        if ((long)images.ImageLength * imagesPerBatch > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(TrainingOptions.BatchSize),
                imagesPerBatch,
                $"{imagesPerBatch} images of [{string.Join(", ", images.Shape)}] are more than the {Array.MaxLength} values that one batch may hold.");
        }
    }
}
