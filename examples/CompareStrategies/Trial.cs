namespace CompareStrategies;

/// <summary>One row of the table. Test figures are there for the reader; the choice was made on <see cref="ValidationScore"/>.</summary>
internal sealed record Trial(
    string Strategy,
    double ValidationScore,
    double TestScore,
    double TestAccuracy,
    long Parameters,
    long Macs,
    long ZipBytes,
    double MillisecondsPerImage,
    int BestEpoch,
    double TrainingSeconds,
    string ModelPath);
