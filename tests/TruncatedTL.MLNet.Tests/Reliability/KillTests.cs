using TruncatedTL.MLNet.Tests.Reliability.Workers;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>The command <c>reliability kills</c> of the benchmarks does the same at length.</summary>
public sealed class KillTests
{
    [Fact]
    public void A_training_that_is_killed_again_and_again_ends_as_if_it_had_not_been()
    {
        using var folder = new TemporaryFolder();
        var run = new KillRun("fit", seed: 3, folder.FullName);
        run.Run(count: 3, perRun: (3, 3));
        Assert.Equal(3, run.Kills);
        Assert.True(run.Chains >= 1);
        Assert.Equal(0, run.LeftoversAtTheEnd);
        Assert.True(run.EpochsTold <= run.Chains * run.EpochsUndisturbed);
    }
}
