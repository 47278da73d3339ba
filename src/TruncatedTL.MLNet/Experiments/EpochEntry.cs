using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Experiments;

/// <summary>A completed epoch of a run.</summary>
/// <param name="Metrics">What it measured.</param>
/// <param name="Purpose">What it was trained for.</param>
/// <param name="Seconds">Wall-clock seconds of the epoch.</param>
internal sealed record EpochEntry(EpochMetrics Metrics, RequestPurpose Purpose, double Seconds);
