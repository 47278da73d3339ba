using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class BestEpochTrackerTests
{
    [Fact]
    public void HigherIsBetter_TheFirstOfEqualsIsBest()
    {
        var tracker = new BestEpochTracker(ValidationMetric.Auroc, patience: 2, minimumImprovement: 0);

        Assert.Equal([true, true, false, false], new[] { 0.5, 0.7, 0.7, 0.6 }.Select(value => tracker.Observe(value, countsWaiting: true)).ToArray());
        Assert.True(tracker.ShouldStop);
    }

    [Fact]
    public void LowerLossIsBetter()
    {
        var tracker = new BestEpochTracker(ValidationMetric.Loss, patience: 2, minimumImprovement: 0);

        Assert.Equal([true, false, true], new[] { 0.5, 0.7, 0.4 }.Select(value => tracker.Observe(value, countsWaiting: true)).ToArray());
        Assert.False(tracker.ShouldStop);
    }

    [Fact]
    public void SmallImprovements_AreBestButDoNotResetTheWaiting()
    {
        var tracker = new BestEpochTracker(ValidationMetric.Accuracy, patience: 2, minimumImprovement: 0.1);

        Assert.True(tracker.Observe(0.5, countsWaiting: true));
        Assert.True(tracker.Observe(0.55, countsWaiting: true));
        Assert.Equal(1, tracker.EpochsWithout);
        Assert.True(tracker.Observe(0.65, countsWaiting: true));
        Assert.Equal(0, tracker.EpochsWithout);
    }

    [Fact]
    public void PatienceZero_NeverStops()
    {
        var tracker = new BestEpochTracker(ValidationMetric.Accuracy, patience: 0, minimumImprovement: 0);
        for (var i = 0; i < 100; i++)
        {
            tracker.Observe(0.5, countsWaiting: true);
        }

        Assert.False(tracker.ShouldStop);
    }

    [Fact]
    public void ProbeEpochs_DoNotCount()
    {
        var tracker = new BestEpochTracker(ValidationMetric.Accuracy, patience: 2, minimumImprovement: 0);
        for (var i = 0; i < 5; i++)
        {
            tracker.Observe(0.5, countsWaiting: false);
        }

        Assert.False(tracker.ShouldStop);
        tracker.Observe(0.5, countsWaiting: true);
        Assert.False(tracker.ShouldStop);
        tracker.Observe(0.5, countsWaiting: true);
        Assert.True(tracker.ShouldStop);
    }
}
