namespace TruncatedTL.MLNet.Tests.Reliability.Faults;

/// <summary>Something that goes wrong around the library, and what it is documented to do then.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="Expected">What the documentation promises.</param>
/// <param name="Observe">
/// Lets it happen in an empty folder and says what came of it. Throws <see cref="FaultException"/> where that is not what was promised, and <see cref="NotSupportedException"/> where the machine
/// or the user's rights do not allow it to be tried.
/// </param>
internal sealed record FaultCase(string Name, string Expected, Func<string, string> Observe);
