namespace TruncatedTL.MLNet;

/// <summary>A model cannot be written in 8 bits, or its probabilities would change more than allowed; the message says why. The model that was asked stays as it is.</summary>
public sealed class QuantizationException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and, where possible, the remedy.</param>
    /// <param name="report">What was measured; null if it did not come to that.</param>
    public QuantizationException(string message, QuantizationReport? report = null)
        : base(message)
    {
        Report = report;
    }

    /// <summary>What was measured; null if it did not come to that.</summary>
    public QuantizationReport? Report { get; }
}
