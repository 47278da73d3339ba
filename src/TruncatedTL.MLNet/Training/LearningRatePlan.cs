namespace TruncatedTL.MLNet.Training;

/// <summary>The learning rate of every step, as a factor: phases, schedule, plateau and the halvings after a divergence.</summary>
/// <param name="options">How to train.</param>
/// <param name="probeEpochs">Epochs of the probe phase, in which the rate is constant.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
internal sealed class LearningRatePlan(TrainingOptions options, int probeEpochs, int stepsPerEpoch)
{
    private const double DivergenceFactor = 0.5;

    private readonly List<int> _retries = [];

    /// <summary>Lowers the rate when the loss no longer falls.</summary>
    public PlateauTracker Plateau { get; } = new(options.PlateauFactor, options.PlateauPatience);

    /// <summary>The epoch of each retry after a divergence, in order. Each halved the rate for all that followed.</summary>
    public IReadOnlyList<int> Retries => _retries;

    /// <summary>What an epoch trains.</summary>
    public TrainingPhase PhaseOf(int epoch) => epoch <= probeEpochs ? TrainingPhase.Probe : TrainingPhase.FineTune;

    /// <summary>Whether a phase begins with an epoch.</summary>
    public bool IsPhaseStart(int epoch) => epoch == 1 || epoch == probeEpochs + 1;

    /// <summary>The rate in the last step of an epoch, before layer decay and head factor.</summary>
    public double LastRate(int epoch) => options.LearningRate * Factor(epoch, stepsPerEpoch - 1);

    /// <summary>The factor in a step of an epoch.</summary>
    /// <param name="epoch">The epoch, counted from 1.</param>
    /// <param name="step">The step, counted from 0.</param>
    public double Factor(int epoch, int step)
    {
        var divergence = Math.Pow(DivergenceFactor, _retries.Count);
        if (PhaseOf(epoch) == TrainingPhase.Probe)
        {
            return divergence;
        }

        var perEpoch = (long)stepsPerEpoch;
        var total = (options.MaxEpochs - probeEpochs) * perEpoch;
        var warmUp = (long)Math.Min(total, Math.Round(options.WarmUpEpochs * perEpoch));
        var done = (epoch - 1 - probeEpochs) * perEpoch + step;
        return divergence * Plateau.Factor * LearningRateFunction.Factor(options.Schedule, done, total, warmUp);
    }

    /// <summary>Halves the rate because an epoch diverged.</summary>
    public void AddRetry(int epoch) => _retries.Add(epoch);

    /// <summary>Goes on from a checkpoint.</summary>
    public void Resume(PlateauMemory plateau, IEnumerable<int> retries)
    {
        Plateau.Memory = plateau;
        _retries.Clear();
        _retries.AddRange(retries);
    }
}
