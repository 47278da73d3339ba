using TruncatedTL.MLNet.Tests.Imaging.Samples;

namespace TruncatedTL.MLNet.Tests.Reliability.Hostile;

/// <summary>A reader of files that may come from anywhere, with small intact files for it.</summary>
/// <param name="Name">What it is called; the samples' <see cref="SampleFile.Reader"/>.</param>
/// <param name="Samples">What is damaged.</param>
/// <param name="Read">Reads a damaged file: its content, the sample's name, and an existing folder to put files into.</param>
/// <param name="IsRefusal">Whether an exception is one that the reader's documentation promises for files that it refuses.</param>
internal sealed record HostileTarget(string Name, Lazy<IReadOnlyList<SampleFile>> Samples, Action<byte[], string, string> Read, Func<Exception, bool> IsRefusal);
