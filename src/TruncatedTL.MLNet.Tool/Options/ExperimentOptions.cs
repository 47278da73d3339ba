using System.CommandLine;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Search;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Weights;

namespace TruncatedTL.MLNet.Tool.Options;

/// <summary>What an experiment compares, by what it chooses and what it may spend.</summary>
internal sealed class ExperimentOptions
{
    private static readonly BinaryExperimentSettings Defaults = new();

    public ToolOption<string> Output { get; } = ToolOption<string>.WithDefault("--output", "folder of the experiment: plan, trainings, report, model", "experiment", isPath: true);

    public ToolOption<string?> Title { get; } = ToolOption<string?>.Plain("--title", "what the data are called in the report; unless given their file name");

    public ToolOption<string[]> Strategies { get; } = Several("--strategies", "strategies besides full transfer and truncation, e.g. LinearProbe \"TransFusion(layer3.1, slim=2)\" FromScratch");

    public ToolOption<string[]> Cuts { get; } = Several("--cuts", "cuts to consider for truncation; unless given every one");

    public ToolOption<string[]> Backbones { get; } = Several("--backbones", "several backbones with their weights: NAME=FILE, or NAME=bundled; unless given --backbone and --weights");

    public ToolOption<string> Search { get; } = ToolOption<string>.WithDefault("--search", "how the cut is searched for: Guided, TwoStage, Exhaustive, SuccessiveHalving or Fixed(NAME, ...)", Defaults.Search.ToString()!);

    public ToolOption<ExperimentMetric> Metric { get; } = ToolOption<ExperimentMetric>.WithDefault("--metric", "what is optimised on the validation rows", Defaults.Metric);

    public ToolOption<double> Tolerance { get; } = ToolOption<double>.WithDefault("--tolerance", "by how much a smaller network may be worse, in units of the metric", Defaults.Tolerance);

    public ToolOption<double> StandardErrors { get; } = ToolOption<double>.WithDefault("--standard-errors", "or by how many standard errors of the paired difference", Defaults.ToleranceStandardErrors);

    public ToolOption<double?> MaxMinutes { get; } = ToolOption<double?>.Plain("--max-minutes", "after this much time the best so far is the result");

    public ToolOption<int?> MaxTrials { get; } = ToolOption<int?>.Plain("--max-trials", "most candidates that are trained at all");

    public ToolOption<long?> MaxParameters { get; } = ToolOption<long?>.Plain("--max-parameters", "most trainable parameters");

    public ToolOption<double?> MaxMilliseconds { get; } = ToolOption<double?>.Plain("--max-ms", "most milliseconds an image on this machine");

    public ToolOption<double?> MaxMegabytes { get; } = ToolOption<double?>.Plain("--max-mb", "largest exported network in MB");

    public ToolOption<int> Folds { get; } = ToolOption<int>.WithDefault("--folds", "parts of the training rows that validate in turn; 1 validates on the validation rows", Defaults.Folds);

    public ToolOption<int> Repeats { get; } = ToolOption<int>.WithDefault("--repeats", "how often each training is repeated with another seed", Defaults.Repeats);

    public ToolOption<bool> FrozenScores { get; } = ToolOption<bool>.WithDefault("--frozen-scores", "score the pretrained features at all cuts first", Defaults.FrozenScores);

    public ToolOption<bool> KeepModels { get; } = ToolOption<bool>.WithDefault("--keep-models", "keep the zip of every candidate", Defaults.KeepModels);

    private IEnumerable<Option> All =>
    [
        Output, Title, Strategies, Cuts, Backbones, Search, Metric, Tolerance, StandardErrors, MaxMinutes, MaxTrials, MaxParameters, MaxMilliseconds, MaxMegabytes, Folds, Repeats, FrozenScores, KeepModels,
    ];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Writes what a command line says into settings.</summary>
    /// <exception cref="UsageException">A text is no strategy, search method or backbone.</exception>
    public void Apply(ParseResult parsed, TransferLearningExperimentSettings settings)
    {
        try
        {
            settings.Strategies = [.. parsed.GetValue(Strategies)!.Select(TransferStrategy.Parse)];
            settings.Search = SearchMethod.Parse(parsed.GetValue(Search)!);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new UsageException(ErrorText.Of(error));
        }

        settings.Cuts = parsed.GetValue(Cuts) is { Length: > 0 } cuts ? cuts : null;
        settings.Backbones = parsed.GetValue(Backbones) is { Length: > 0 } backbones ? [.. backbones.Select(ReadBackbone)] : null;
        settings.Metric = parsed.GetValue(Metric);
        settings.Tolerance = parsed.GetValue(Tolerance);
        settings.ToleranceStandardErrors = parsed.GetValue(StandardErrors);
        settings.MaxTime = parsed.GetValue(MaxMinutes) is { } minutes ? TimeSpan.FromMinutes(minutes) : null;
        settings.MaxTrials = parsed.GetValue(MaxTrials);
        settings.MaxParameters = parsed.GetValue(MaxParameters);
        settings.MaxMilliseconds = parsed.GetValue(MaxMilliseconds);
        settings.MaxModelBytes = parsed.GetValue(MaxMegabytes) is { } megabytes ? (long)(megabytes * 1e6) : null;
        settings.Folds = parsed.GetValue(Folds);
        settings.Repeats = parsed.GetValue(Repeats);
        settings.FrozenScores = parsed.GetValue(FrozenScores);
        settings.KeepModels = parsed.GetValue(KeepModels);
    }

    private static ExperimentBackbone ReadBackbone(string text)
    {
        var separator = text.IndexOf('=', StringComparison.Ordinal);
        if (separator <= 0)
        {
            throw new UsageException($"'{text}' is no backbone with its weights; write NAME=FILE or NAME=bundled.");
        }

        var (name, source) = (text[..separator], text[(separator + 1)..]);
        return new(source == "bundled" ? PretrainedWeights.Bundled : PretrainedWeights.FromFile(source), name);
    }

    private static ToolOption<string[]> Several(string name, string description) =>
        new(name, description) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
}
