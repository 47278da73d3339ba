using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TruncatedTL.MLNet.Ingestion;
using TruncatedTL.MLNet.Scoring;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet;

/// <summary>The work behind both trainers: rows to tensors, weights into the network, training, export, parity check, scoring chain.</summary>
internal sealed class TransferLearningFitter
{
    private const int ParityRows = 8;

    private readonly MLContext _context;
    private readonly TransferLearningOptions _options;
    private readonly ClassificationTask _task;
    private readonly IHost _host;
    private readonly int _seed;

    public TransferLearningFitter(MLContext context, TransferLearningOptions options, ClassificationTask task)
    {
        options.Validate();
        _context = context;
        _options = options;
        _task = task;
        _host = ((IHostEnvironment)context).Register("TransferLearning");
        _seed = _host.Rand.Next();
    }

    /// <summary>
    /// The promised schema. Built-in estimators that stand in for the network promise it, so promise and delivery cannot differ,
    /// and label errors are ML.NET's own.
    /// </summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var image = ImageInput.CheckShape(inputSchema, _options.ImageColumnName);
        if (_options.ExampleWeightColumnName is { } weight)
        {
            CheckWeightColumn(inputSchema, weight);
        }

        if (_options.GroupColumnName is { } group && !inputSchema.Any(c => c.Name == group))
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find group column '{group}'");
        }

        var shape = ImageInput.StandIn(_context, image).GetOutputSchema(inputSchema);
        if (_options.OutOfDistribution is { } unlike)
        {
            shape = DistanceFlag.Promise(_context, shape, unlike.ScoreColumnName, unlike.FlagColumnName);
        }

        shape = _task.PredictorTrainer(_options.LabelColumnName, ImageInput.StandInName).GetOutputSchema(shape);
        var renamings = Renamings();
        foreach (var (from, to) in renamings)
        {
            shape = _context.Transforms.CopyColumns(to, from).GetOutputSchema(shape);
        }

        return _context.Transforms.DropColumns([ImageInput.StandInName, .. renamings.Select(r => r.From)]).GetOutputSchema(shape);
    }

    /// <summary>Trains and builds the fitted model.</summary>
    public TransferLearningTransformer Fit(IDataView training, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(training);
        _options.Validate();
        validation ??= _options.ValidationSet;
        GetOutputSchema(SchemaProbe.ShapeOf(training));
        if (validation is not null)
        {
            GetOutputSchema(SchemaProbe.ShapeOf(validation));
        }

        using var channel = _host.Start("Training");
        var label = training.Schema[_options.LabelColumnName];
        using var trained = new NetworkTrainer(_context, _options, _task.Labels, _task.CountOutputs, _seed, channel).Train(training, validation);
        return Build(training, label, _options.Strategy, trained, channel);
    }

    /// <summary>Builds the fitted model of a network that has been trained elsewhere on these rows.</summary>
    public TransferLearningTransformer Build(IDataView training, TransferStrategy strategy, TrainedNetwork trained)
    {
        using var channel = _host.Start("Export");
        return Build(training, training.Schema[_options.LabelColumnName], strategy, trained, channel);
    }

    /// <summary>The seed where the options have none.</summary>
    public int Seed => _seed;

    private TransferLearningTransformer Build(IDataView training, DataViewSchema.Column label, TransferStrategy strategy, TrainedNetwork trained, IChannel channel)
    {
        var fitted = new FittedNetwork(strategy, trained) { OutOfDistribution = FitOutOfDistribution(trained, channel), WeightStorage = _options.WeightStorage };
        return BuildTransformer(training, label, trained, fitted, channel);
    }

    private OutOfDistributionRule? FitOutOfDistribution(TrainedNetwork trained, IChannel channel)
    {
        if (_options.OutOfDistribution is not { } options)
        {
            return null;
        }

        var rule = OutOfDistributionRule.Fit(trained, options.Quantile, _options.CancellationToken);
        NetworkTrainer.Log(channel, $"Out-of-distribution score: {rule.Density.Dimension} features, shrinkage {rule.Density.Shrinkage:0.000}, threshold from {rule.ValidationCount} validation images");
        return rule;
    }

    private TransferLearningTransformer BuildTransformer(
        IDataView training,
        DataViewSchema.Column label,
        TrainedNetwork trained,
        FittedNetwork fitted,
        IChannel channel)
    {
        var assembly = new ScoringAssembly
        {
            Context = _context,
            Input = trained.Input,
            Head = _task.FitHead(label),
            Flag = _options.OutOfDistribution is { } unlike ? DistanceFlag.Create(_context, unlike.ScoreColumnName, unlike.FlagColumnName) : null,
            Labels = _task.Labels,
            LabelColumnName = _options.LabelColumnName,
            OutputColumns = _task.OutputColumns,
        };
        var chain = assembly.Build(training, fitted, out var modelLength);
        try
        {
            fitted.ParityError = CheckParity(chain, assembly.Head, training, trained);
            CheckDistances(chain, assembly, training, trained, fitted);
            NetworkTrainer.Log(channel, $"Exported model agrees with TorchSharp within {fitted.ParityError:0.0e+0} (relative) on {Math.Min(ParityRows, trained.TrainingSet.Count)} training rows; {modelLength / 1e6:0.0} MB");
            return new TransferLearningTransformer(chain, fitted, assembly);
        }
        catch
        {
            chain.Dispose();
            throw;
        }
    }

    private double CheckParity(
        ScoringChain chain,
        CalibratedHead head,
        IDataView training,
        TrainedNetwork trained)
    {
        var input = trained.Input;
        var rows = _context.Data.TakeRows(training, ParityRows);
        var exported = chain.NetworkOutputs(input.IsImage ? new CloningImageView(rows, input.ImageColumnName) : rows)
            .Select(outputs => outputs.Select((z, k) => z * head.Scale + head.Offset[k]).ToArray())
            .ToArray();
        var outputs = trained.Network.Specification.Outputs;
        var expected = Scorer
            .Logits(trained.Network, trained.TrainingSet.Images, Enumerable.Range(0, exported.Length).ToArray(), trained.Normalization, exported.Length)
            .Chunk(outputs)
            .ToArray();
        var magnitude = expected.Max(z => z.Max(Math.Abs));
        var error = exported.Zip(expected, (left, right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Max()).Max() / Math.Max(1, magnitude);
        if (!(error <= _options.EffectiveParityTolerance))
        {
            throw new InvalidOperationException(
                $"The exported model's logits differ from TorchSharp's by {error.ToString("0.0e+0", CultureInfo.InvariantCulture)} (relative; tolerated: {_options.EffectiveParityTolerance.ToString("0.0e+0", CultureInfo.InvariantCulture)}). Please report this with the backbone and the strategy.");
        }

        return error;
    }

    private void CheckDistances(ScoringChain chain, ScoringAssembly assembly, IDataView training, TrainedNetwork trained, FittedNetwork fitted)
    {
        if (assembly.Flag is not { Head: var head } || fitted.OutOfDistribution is not { } rule)
        {
            return;
        }

        var exported = chain.Distances(assembly.Readable(_context.Data.TakeRows(training, ParityRows))).Select(x => x * head.Scale + head.Offset[0]).ToArray();
        var error = exported.Zip(rule.Scores(trained, exported.Length), (left, right) => Math.Abs(left - right) / Math.Max(1, right)).Max();
        if (!(error <= _options.EffectiveParityTolerance))
        {
            throw new InvalidOperationException(
                $"The exported model's out-of-distribution scores differ from TorchSharp's by {error.ToString("0.0e+0", CultureInfo.InvariantCulture)} (relative; tolerated: {_options.EffectiveParityTolerance.ToString("0.0e+0", CultureInfo.InvariantCulture)}). Please report this with the backbone and the strategy.");
        }
    }

    private (string From, string To)[] Renamings() => _task.OutputColumns.Where(c => c.From != c.To).ToArray();

    private static void CheckWeightColumn(SchemaShape inputSchema, string name)
    {
        if (inputSchema.FirstOrDefault(c => c.Name == name) is not { Name: not null } column)
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find weight column '{name}'");
        }

        if (column.ItemType != NumberDataViewType.Single || column.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"Schema mismatch for weight column '{name}': expected Single, got {column.Kind} of {column.ItemType}");
        }
    }
}
