namespace TruncatedTL.MLNet.Training;

/// <summary>What random numbers are for; streams of different purposes are independent.</summary>
internal enum RandomPurpose
{
    Order = 2,
    Sampling = 3,
    Augmentation = 4,
    Mixup = 5,
    MixupPartner = 6,
    Preview = 7,
    View = 8,
}
