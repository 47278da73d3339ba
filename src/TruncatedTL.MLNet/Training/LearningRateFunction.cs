namespace TruncatedTL.MLNet.Training;

/// <summary>The schedules as functions of the step: what the learning rate is multiplied by.</summary>
internal static class LearningRateFunction
{
    private const double OneCycleRise = 0.3;
    private const double OneCycleInitialDivisor = 25;
    private const double OneCycleFinalDivisor = 1e4;

    /// <summary>The factor on the learning rate in a step. What the validation loss decides is not in it (<see cref="PlateauTracker"/>).</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="step">The step, counted from 0.</param>
    /// <param name="totalSteps">Steps of the whole run, at least 1.</param>
    /// <param name="warmUpSteps">Steps of linear rise; the last of them is the first one at the full rate.</param>
    public static double Factor(LearningRateSchedule schedule, long step, long totalSteps, long warmUpSteps)
    {
        if (schedule == LearningRateSchedule.OneCycle)
        {
            return OneCycle(step, totalSteps);
        }

        if (step < warmUpSteps)
        {
            return (step + 1) / (double)warmUpSteps;
        }

        return schedule switch
        {
            LearningRateSchedule.Cosine => HalfCosine(1, 0, (step - warmUpSteps) / (double)Math.Max(1, totalSteps - warmUpSteps)),
            LearningRateSchedule.Constant or LearningRateSchedule.ReduceOnPlateau => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "Unknown schedule."),
        };
    }

    // As PyTorch's OneCycleLR with its default arguments.
    private static double OneCycle(long step, long totalSteps)
    {
        var peak = Math.Max(0, OneCycleRise * totalSteps - 1);
        var end = totalSteps - 1.0;
        return step < peak
            ? HalfCosine(1 / OneCycleInitialDivisor, 1, step / peak)
            : HalfCosine(1, 1 / (OneCycleInitialDivisor * OneCycleFinalDivisor), end > peak ? (step - peak) / (end - peak) : 0);
    }

    private static double HalfCosine(double from, double to, double progress) => to + (from - to) * (1 + Math.Cos(Math.PI * progress)) / 2;
}
