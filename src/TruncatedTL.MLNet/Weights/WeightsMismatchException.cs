namespace TruncatedTL.MLNet.Weights;

/// <summary>A weights file was read, but what it holds does not fit the network.</summary>
public sealed class WeightsMismatchException : WeightsException
{
    /// <summary>Builds the exception.</summary>
    /// <param name="message">What does not fit.</param>
    /// <param name="report">The comparison of the file with the network, name by name.</param>
    /// <exception cref="ArgumentNullException"><paramref name="report"/> is null.</exception>
    public WeightsMismatchException(string message, KeyMatchReport report)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(report);
        Report = report;
    }

    /// <summary>The comparison of the file with the network, name by name.</summary>
    public KeyMatchReport Report { get; }
}
