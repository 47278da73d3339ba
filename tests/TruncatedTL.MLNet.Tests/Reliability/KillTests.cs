using TruncatedTL.MLNet.Tests.Reliability.Workers;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>The command <c>reliability kills</c> of the benchmarks does the same at length.</summary>
public sealed class KillTests
{
    [Theory]
    [InlineData("fit", 3)]
    [InlineData(WorkerProgram.Experiment, 2)]
    public void What_is_killed_again_and_again_ends_as_if_it_had_not_been(string kind, int kills)
    {
        using var folder = new TemporaryFolder();
        var run = new KillRun(kind, seed: 3, folder.FullName);
        run.Run(kills, perRun: (kills, kills));
        Assert.Equal(kills, run.Kills);
        Assert.True(run.Chains >= 1);
        Assert.Equal(0, run.LeftoversAtTheEnd);
        Assert.True(run.EpochsTold <= run.Chains * run.EpochsUndisturbed);
    }
}
