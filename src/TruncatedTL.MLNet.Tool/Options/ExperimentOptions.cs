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

    public ToolOption<string[]> Backbones { get; } = Several("--backbones", "several backbones with their weights: NAME=FILE, NAME=bundled, or NAME=random for the strategy FromScratch; unless given --backbone and --weights", FullPath);

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

        settings.Backbones = ReadBackbones(parsed) is { Count: > 0 } backbones ? backbones : null;
        if (settings.Backbones?.FirstOrDefault(backbone => ReferenceEquals(backbone.Weights, PretrainedWeights.Random)) is { } random && settings.Strategies.All(strategy => strategy.NeedsPretrainedWeights))
        {
            throw new UsageException($"There is nothing to train with random weights ({random.Backbone}) but FromScratch. Add it to --strategies.");
        }

        settings.Cuts = parsed.GetValue(Cuts) is { Length: > 0 } cuts ? cuts : null;
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

    /// <summary>The backbones with their weights that a command line names; empty where it names none.</summary>
    /// <exception cref="UsageException">A text is no backbone with its weights.</exception>
    public IReadOnlyList<ExperimentBackbone> ReadBackbones(ParseResult parsed) => [.. parsed.GetValue(Backbones)!.Select(ReadBackbone)];

    private static ExperimentBackbone ReadBackbone(string text)
    {
        if (text.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var separator) || separator == text.Length - 1)
        {
            throw new UsageException($"'{text}' is no backbone with its weights; write NAME=FILE, NAME=bundled or NAME=random.");
        }

        var (name, source) = (text[..separator], text[(separator + 1)..]);
        return new(TrainingOptionGroup.WeightsNamed(source, isStrict: true), name);
    }

    private static string FullPath(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var separator ? $"{text[..separator]}={OptionPath.Full(text[(separator + 1)..])}" : text;

    private static ToolOption<string[]> Several(string name, string description, Func<string, string>? withFullPath = null) => new(name, description)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
        WithFullPaths = withFullPath is null ? null : values => [.. values.Select(withFullPath)],
    };
}
