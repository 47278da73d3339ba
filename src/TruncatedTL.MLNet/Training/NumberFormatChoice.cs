using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Decides which number format a training computes in.</summary>
internal static class NumberFormatChoice
{
    /// <summary>How many times as fast bfloat16 must be to be taken.</summary>
    public const double SmallestGain = 1.2;

    private const int Turns = 3;

    /// <summary>The type of tensors that belongs to a format.</summary>
    public static ScalarType TypeOf(NumberFormat format) => format == NumberFormat.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>The format that is asked for or, where none is, the one that measured faster. Weights, buffers and gradients are afterwards as they were.</summary>
    /// <param name="network">The network, frozen as the plan says.</param>
    /// <param name="pass">Takes the steps that are timed.</param>
    /// <param name="options">How to train.</param>
    /// <param name="log">Told why.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    public static NumberFormat Choose(TransferNetwork network, TrainingPass pass, TrainingOptions options, Action<string>? log, CancellationToken cancellation)
    {
        var isNative = BFloat16Support.IsNative(network.Device);
        if (options.NumberFormat != NumberFormat.Auto)
        {
            if (options.NumberFormat == NumberFormat.BFloat16 && !isNative)
            {
                log?.Invoke("This processor has no instructions for bfloat16: training in it works and is likely to be slower than in float32.");
            }

            return options.NumberFormat;
        }

        if (!isNative)
        {
            log?.Invoke("Training computes in float32: this processor has no instructions for bfloat16.");
            return NumberFormat.Float32;
        }

        var gain = MeasureGain(network, pass, options, cancellation);
        var format = FasterOf(gain);
        log?.Invoke(FormattableString.Invariant($"Training computes in {(format == NumberFormat.BFloat16 ? "bfloat16" : "float32")}: a step in bfloat16 is {gain:0.00} times as fast as one in float32."));
        return format;
    }

    /// <summary>What a measured gain leads to.</summary>
    /// <param name="gain">Time in float32 / time in bfloat16; NaN where it could not be measured.</param>
    public static NumberFormat FasterOf(double gain) => gain >= SmallestGain ? NumberFormat.BFloat16 : NumberFormat.Float32;

    // The median of the ratios within a turn: other work on the machine then meets both formats alike.
    private static double MeasureGain(TransferNetwork network, TrainingPass pass, TrainingOptions options, CancellationToken cancellation)
    {
        var backup = new TensorBackup();
        backup.Keep(TrainingMemory.ChangingNames(network.Specification).Select(name => (name, network.State[name])));
        using var gradients = new NetworkOptimizer(ParameterGroups.Create(network, options), options.Optimizer, gradientClipNorm: null);
        try
        {
            var seconds = pass.Time([ScalarType.Float32, ScalarType.BFloat16], Turns, cancellation);
            return seconds.Select(turn => turn[0] / turn[1]).Order().ElementAt(Turns / 2);
        }
        finally
        {
            backup.Restore(name => network.State[name]);
        }
    }
}
