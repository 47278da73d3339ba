namespace TruncatedTL.MLNet.Search;

/// <summary>A training that a forecast expects.</summary>
/// <param name="Candidate">What is trained.</param>
/// <param name="From">Epochs that it has before.</param>
/// <param name="To">Epochs that it has afterwards.</param>
/// <param name="Purpose">What it is for.</param>
internal sealed record ForecastTraining(SearchCandidate Candidate, int From, int To, RequestPurpose Purpose)
{
    /// <summary>Multiply-accumulates for one image times epochs.</summary>
    public double MacEpochs => (double)Candidate.MacCount * (To - From);
}
