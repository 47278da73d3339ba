using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Spectre.Console;
using TruncatedTL.MLNet.Experiments;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Progress;
using TruncatedTL.MLNet.Tool.Results;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>The experiment: compares strategies, finds the cut, and saves the winner. Its trainings can be shared out among jobs.</summary>
internal sealed class CompareCommand : ToolCommand
{
    private const string FromEnvironment = "env";
    private const string ConfigurationName = "ttl.json";

    private static readonly string[] IndexVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

    private readonly DataOptions _data = new();
    private readonly TrainingOptionGroup _training = new(new TrainingOptions());
    private readonly ExperimentOptions _experiment = new();
    private readonly Option<bool> _plan = new("--plan") { Description = "only write the plan" };
    private readonly Option<bool> _round = new("--round") { Description = "only write the list of trainings that may be done next, and print its length; 0: nothing is pending" };
    private readonly Option<string?> _trial = new("--trial") { Description = $"only do training I of the list, from 0; '{FromEnvironment}' takes I from {string.Join(" or ", IndexVariables)}" };
    private readonly Option<bool> _merge = new("--merge") { Description = "go on from what jobs have trained, and write result, model and report; the same as without it" };
    private readonly Option<bool> _resume = new("--resume") { Description = "go on with the experiment in the folder; the same as without it, but there must be one" };

    public CompareCommand()
        : base("compare", "Compare transfer strategies, find the smallest network that is as good as the best, and save it. Ended early, the same command goes on.")
    {
        _data.AddTo(this);
        _experiment.AddTo(this);
        _training.AddTo(this);
        foreach (var option in new Option[] { _plan, _round, _trial, _merge, _resume })
        {
            Options.Add(option);
        }

        Validators.Add(result =>
        {
            if (new Option[] { _plan, _round, _trial, _merge, _resume }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
            {
                result.AddError("--plan, --round, --trial, --merge and --resume exclude each other.");
            }
        });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
    [
        "ttl compare --data formula --epochs 12 --output experiment",
        "ttl compare --data chest-x-rays --weights resnet18.pth --size 224 --strategies LinearProbe FromScratch --max-minutes 60",
        "ttl compare --data chest-x-rays --output experiment --plan && ttl compare --output experiment --round && ttl compare --output experiment --trial 0",
        "ttl compare --write-config ttl.json && ttl compare --config ttl.json --data chest-x-rays",
    ];

    /// <inheritdoc/>
    public override string? StandingConfiguration(ParseResult parsed) => Path.Combine(parsed.GetValue(_experiment.Output)!, ConfigurationName);

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var folder = parsed.GetValue(_experiment.Output)!;
        if (parsed.GetValue(_trial) is { } index)
        {
            return Trial(folder, index, parsed, context);
        }

        if (parsed.GetValue(_round))
        {
            var pending = ExperimentTrials.WriteRound(folder);
            return new(new { Folder = folder, Pending = pending }, console => console.Output.WriteLine(pending.Count));
        }

        if ((parsed.GetValue(_merge) || parsed.GetValue(_resume)) && !File.Exists(Path.Combine(folder, "plan.json")))
        {
            throw new ExperimentException($"There is no experiment in '{folder}' to go on with.");
        }

        var mlContext = context.CreateMLContext(parsed.GetValue(_data.Seed), _training.ReadGpu(parsed));
        var network = _experiment.ReadBackbones(parsed) is [var first, ..] ? new NetworkChoice(first.Weights, first.Backbone) : NetworkChoice.Of(parsed, _training);
        var isFolded = parsed.GetValue(_experiment.Folds) > 1;
        var task = new DataSource(_data, parsed, context).Load(mlContext, network.UsualSize, withValidation: !isFolded).WithKeys(mlContext);
        if (isFolded && task.Validation is not null)
        {
            context.Note("The data bring validation rows of their own; with folds, which divide the training rows, they are not used.");
        }

        var inputs = new Inputs(mlContext, parsed, context, network, isFolded ? task with { Validation = null } : task, folder);
        if (task.IsBinary)
        {
            var settings = Fill(new BinaryExperimentSettings(), inputs);
            return Run(mlContext.BinaryClassification.CreateTransferLearningExperiment(mlContext, settings), inputs);
        }

        var several = Fill(new MulticlassExperimentSettings(), inputs);
        return Run(mlContext.MulticlassClassification.CreateTransferLearningExperiment(mlContext, several), inputs);
    }

    private CommandResult Trial(string folder, string index, ParseResult parsed, ToolContext context)
    {
        var number = ParseIndex(index);
        var useGpu = _training.ReadGpu(parsed);
        bool isTrained;
        try
        {
            isTrained = EpochLines.Run(context, $"training {number}", progress => ExperimentTrials.Run(folder, number, useGpu, progress, context.Cancellation));
        }
        catch (ArgumentOutOfRangeException) when (index == FromEnvironment && number >= 0)
        {
            // An array of a fixed size may have more jobs than the round has trainings.
            return new(new { Folder = folder, Index = number, Done = false }, console => console.Output.WriteLine($"The list has no training {number}; there is nothing to do."));
        }
        catch (OperationCanceledException)
        {
            context.Note("Completed epochs are kept; the same training goes on from there.");
            throw;
        }

        return new(new { Folder = folder, Index = number, Done = true, IsTrained = isTrained }, console =>
            console.Output.WriteLine(isTrained ? $"Training {number} is done." : $"Training {number} failed; the reason is in its folder, and the search goes on without it."));
    }

    private static int ParseIndex(string text)
    {
        var found = text != FromEnvironment ? text
            : IndexVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value))
                ?? throw new UsageException($"Neither {string.Join(" nor ", IndexVariables)} is set, so that --trial {FromEnvironment} has no number.");
        return int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"'{found}' is no number of a training; they are counted from 0.");
    }

    private TSettings Fill<TSettings>(TSettings settings, Inputs inputs)
        where TSettings : TransferLearningExperimentSettings
    {
        var (parsed, task) = (inputs.Parsed, inputs.Task);
        var trainer = settings switch
        {
            BinaryExperimentSettings binary => (TransferLearningOptions)binary.Trainer,
            MulticlassExperimentSettings several => several.Trainer,
            _ => throw new ArgumentException("There are no other settings.", nameof(settings)),
        };
        trainer.GroupColumnName = task.GroupColumn;
        inputs.Network.Apply(trainer, task);
        _training.Apply(parsed, trainer.Training, parsed.GetValue(_data.Seed));
        _experiment.Apply(parsed, settings);
        settings.Title = parsed.GetValue(_experiment.Title) ?? task.Name;
        settings.WorkingFolder = inputs.Folder;
        settings.CancellationToken = inputs.Context.Cancellation;
        return settings;
    }

    private CommandResult Run<TMetrics>(TransferLearningExperiment<TMetrics> experiment, Inputs inputs)
        where TMetrics : class
    {
        var (parsed, context, task) = (inputs.Parsed, inputs.Context, inputs.Task);
        if (parsed.GetValue(_plan))
        {
            ExperimentDisplay.Run(context, progress =>
            {
                experiment.Prepare(task.Train, task.Validation, progress);
                return true;
            });
            KeepConfiguration(inputs);
            return new(new { inputs.Folder }, console => console.Output.WriteLine($"The plan is in {inputs.Folder}. Next: ttl compare --output {inputs.Folder} --round"));
        }

        using var result = ExperimentDisplay.Run(context, progress => experiment.Execute(task.Train, task.Validation, task.Test, new Keeper(progress, () => KeepConfiguration(inputs))));
        var files = ModelFiles.In(inputs.Folder);
        files.SaveBeside(result.Model);
        return Describe(result, files, parsed.GetValue(_experiment.Metric));
    }

    // What the experiment was begun with lies in its folder, so that its name is enough to go on.
    private static void KeepConfiguration(Inputs inputs)
    {
        var path = Path.Combine(inputs.Folder, ConfigurationName);
        if (!File.Exists(path))
        {
            ConfigurationFile.Write(path, inputs.Parsed, withFullPaths: true);
        }
    }

    private static CommandResult Describe<TMetrics>(TransferLearningExperimentResult<TMetrics> result, ModelFiles files, ExperimentMetric metric)
        where TMetrics : class
    {
        var rows = result.RunDetails.Select(detail => CandidateRow.Of(detail, detail == result.BestRun, metrics => Tables.Figures(metrics)[0].Estimate)).ToArray();
        var test = result.BestRun.TestMetrics is { } best ? FigureResult.Of(best) : [];
        var data = new
        {
            Winner = result.BestRun.Name,
            result.Reason,
            result.EndedEarly,
            Metric = metric.ToString(),
            Candidates = rows.Zip(result.RunDetails, (row, detail) => new
            {
                row.Name,
                row.State,
                row.Score,
                Test = row.Test?.Value,
                row.ParameterCount,
                row.MacCount,
                row.MillisecondsPerImage,
                row.Epochs,
                row.Seconds,
                detail.Note,
            }).ToArray(),
            Smallest = result.Pareto.Select(detail => detail.Name),
            Folder = result.WorkingFolder,
            Files = files,
            Report = result.ReportPath,
            Test = test,
        };
        return new(data, console =>
        {
            console.Results.Write(CandidateTable.Create(rows, metric, $"test {(test.Count > 0 ? test[0].Name : "figure")}", console.Results.Profile.Width));
            if (CandidateTable.LeftOut(rows) is { } leftOut)
            {
                console.Say(leftOut);
            }

            console.Say(data.Reason);
            if (data.EndedEarly is not null)
            {
                console.Say("The search had not come to its end; the same command goes on.");
            }

            console.Say($"Model {files.Zip}, {files.Weights}, {files.Onnx}; report {Path.Combine(Path.GetDirectoryName(files.Zip)!, Path.GetFileName(data.Report))}");
        });
    }

    // Once there is a plan, there is something to go on with.
    private sealed class Keeper(IProgress<ExperimentProgress> next, Action keep) : IProgress<ExperimentProgress>
    {
        private bool _isKept;

        public void Report(ExperimentProgress value)
        {
            if (!_isKept && value.Stage >= ExperimentStage.Training)
            {
                _isKept = true;
                keep();
            }

            next.Report(value);
        }
    }

    private sealed record Inputs(MLContext MLContext, ParseResult Parsed, ToolContext Context, NetworkChoice Network, ImageTask Task, string Folder);
}
