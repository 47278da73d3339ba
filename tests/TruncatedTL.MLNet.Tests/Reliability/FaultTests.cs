using TruncatedTL.MLNet.Tests.Reliability.Faults;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>The command <c>reliability faults</c> of the benchmarks writes the same cases as a table.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Names => [.. FaultCases.All.Select(fault => fault.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void What_is_documented_happens(string name)
    {
        using var folder = new TemporaryFolder();
        try
        {
            Assert.NotEmpty(FaultCases.All.Single(fault => fault.Name == name).Observe(folder.FullName));
        }
        catch (NotSupportedException reason)
        {
            Skip.If(true, reason.Message);
        }
    }
}
