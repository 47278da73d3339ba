using Spectre.Console;
using TruncatedTL.MLNet.Training;

namespace CompareStrategies;

/// <summary>A progress bar that moves with each epoch and shows the latest validation figure.</summary>
internal sealed class EpochBar : IProgress<EpochMetrics>
{
    private readonly ProgressTask _bar;
    private readonly string _name;

    public EpochBar(ProgressContext context, string name)
    {
        _name = name;
        _bar = context.AddTask(Markup.Escape(name));
    }

    public void Report(EpochMetrics value)
    {
        _bar.MaxValue = value.MaxEpochs;
        _bar.Value = value.Epoch;
        var figure = value.ValidationAuroc ?? value.ValidationAccuracy;
        _bar.Description = Markup.Escape(figure is { } shown ? FormattableString.Invariant($"{_name}: {shown:0.000}") : _name);
    }

    /// <summary>Fills the bar: a training may stop before its last epoch.</summary>
    public void Finish() => _bar.Value = _bar.MaxValue;
}
