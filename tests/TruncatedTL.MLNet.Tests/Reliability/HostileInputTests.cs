using TruncatedTL.MLNet.Tests.Reliability.Hostile;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>Damaged and hostile files for every parser but those of images; the command <c>fuzz --parsers</c> of the benchmarks does the same at length.</summary>
public sealed class HostileInputTests
{
    private const int Inputs = 400;
    private const long MaxAllocatedBytes = 64L << 20;

    public static TheoryData<string> Targets => [.. HostileTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Only_documented_exceptions_escape(string name)
    {
        using var folder = new TemporaryFolder();
        var target = HostileTargets.All.Single(candidate => candidate.Name == name);
        var samples = target.Samples.Value;
        foreach (var sample in samples)
        {
            target.Read(sample.Wrap is null ? sample.Content : sample.Wrap(sample.Content), sample.Name, folder.FullName);
        }

        var refused = 0;
        for (var i = 0; i < Inputs; i++)
        {
            var sample = samples[i % samples.Count];
            var content = sample.Damaged((i * 37) + (i % 2), seed: 5);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(content, sample.Name, folder.FullName);
            }
            catch (Exception error) when (target.IsRefusal(error))
            {
                refused++;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Not a documented exception for {sample.Name} {i}: {Convert.ToBase64String(content)}", error);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }

        Assert.InRange(refused, Inputs / 20, Inputs);
    }
}
