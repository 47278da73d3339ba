using TruncatedTL.MLNet.Tests.Reliability.Threads;
using TruncatedTL.MLNet.Tests.Support;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Reliability;

/// <summary>The command <c>reliability threads</c> of the benchmarks does the same at length.</summary>
public sealed class ThreadTests
{
    [Fact]
    public void Many_threads_get_the_scores_of_one_from_a_pool_and_from_a_shared_transformer()
    {
        using var zip = new TemporaryPath(".zip");
        ThreadRun.Save(zip.Path);
        using var run = new ThreadRun(zip.Path);
        Assert.InRange(run.PredictFromPool(threads: 8, perThread: 100), 1, 8);
        run.TransformShared(threads: 8, batchesPerThread: 3);
        Assert.Equal(8 * 103, run.Milliseconds.Sum(times => times.Length));
    }
}
