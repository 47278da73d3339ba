using System.CommandLine;
using Microsoft.ML;
using TruncatedTL.MLNet.Evaluation;
using TruncatedTL.MLNet.Tool.Data;
using TruncatedTL.MLNet.Tool.Options;
using TruncatedTL.MLNet.Tool.Results;

namespace TruncatedTL.MLNet.Tool.Commands;

/// <summary>Evaluates a saved model on a data set.</summary>
internal sealed class EvaluateCommand : ToolCommand
{
    private readonly Argument<string?> _model = new("model") { Description = "the model, a zip", Arity = ArgumentArity.ZeroOrOne };
    private readonly DataOptions _data = new();
    private readonly ToolOption<RowsChoice?> _rows = ToolOption<RowsChoice?>.Plain("--rows", "which rows; unless given those to test on where the data say so, else all");
    private readonly ToolOption<double> _level = ToolOption<double>.WithDefault("--level", "level of the intervals", 0.95);
    private readonly ToolOption<int> _resamples = ToolOption<int>.WithDefault("--resamples", "samples of the bootstrap", 2000);

    public EvaluateCommand()
        : base("evaluate", "Evaluate a saved model on a data set, with confidence intervals; by patient where patients are known.")
    {
        Arguments.Add(_model);
        _data.AddTo(this);
        foreach (var option in new Option[] { _rows, _level, _resamples })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples => ["ttl evaluate model/model.zip --data other-hospital", "ttl evaluate model/model.zip --data split.csv --rows Test --json"];

    /// <inheritdoc/>
    public override CommandResult Execute(ParseResult parsed, ToolContext context)
    {
        var path = parsed.GetValue(_model) ?? throw new UsageException("Say which model to evaluate, a zip.");
        var description = ModelDescription.FromFile(path);
        var seed = parsed.GetValue(_data.Seed);
        var mlContext = context.CreateMLContext(seed);
        using var model = SavedModel.Load(mlContext, path);
        var (rows, group, which) = new DataSource(_data, parsed, context).LoadFor(mlContext, description, parsed.GetValue(_rows));
        var isBinary = rows.Schema["Label"].Type is Microsoft.ML.Data.BooleanDataViewType;
        if (isBinary != (description.ClassNames.Count == 2 && model.IsBinary))
        {
            throw new UsageException($"The model tells {string.Join(", ", description.ClassNames)} apart; the data have other classes.");
        }

        if (!isBinary)
        {
            rows = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        }

        var metrics = TaskEvaluation.Evaluate(mlContext, model.Transformer.Transform(rows), isBinary, group, new MedicalEvaluationOptions
        {
            ConfidenceLevel = parsed.GetValue(_level),
            Resamples = parsed.GetValue(_resamples),
            Seed = seed,
            CancellationToken = context.Cancellation,
        });
        var (count, patients) = metrics switch
        {
            MedicalBinaryMetrics binary => (binary.RowCount, binary.PatientCount),
            _ => (((MedicalClassificationMetrics)metrics).RowCount, ((MedicalClassificationMetrics)metrics).PatientCount),
        };
        return new(
            new { Model = path, Rows = which, Images = count, Patients = group is null ? (int?)null : patients, description.ClassNames, Figures = FigureResult.Of(metrics) },
            console =>
            {
                console.Output.WriteLine($"{path} on {count} images ({which}){(group is null ? string.Empty : $" of {patients} patients")}; classes {string.Join(", ", description.ClassNames)}");
                console.Results.Write(Tables.Of(metrics));
            });
    }
}
