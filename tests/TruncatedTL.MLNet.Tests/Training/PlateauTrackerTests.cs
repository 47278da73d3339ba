using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Training;

public class PlateauTrackerTests
{
    [Fact]
    public void Factor_FallsAfterMoreThanPatienceEpochsWithout()
    {
        var plateau = new PlateauTracker(0.5, patience: 2);
        var factors = new List<double>();
        foreach (var loss in new[] { 1.0, 0.9, 0.95, 0.9, 0.92, 0.91, 0.93, 0.94, 0.8 })
        {
            plateau.Observe(loss);
            factors.Add(plateau.Factor);
        }

        Assert.Equal([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25], factors);
    }

    [Fact]
    public void ImprovementBelowTheThreshold_DoesNotCount()
    {
        var plateau = new PlateauTracker(0.5, patience: 0);
        plateau.Observe(1);
        plateau.Observe(0.99995);

        Assert.Equal(0.5, plateau.Factor);
    }
}
