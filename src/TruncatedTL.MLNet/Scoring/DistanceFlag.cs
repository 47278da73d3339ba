using Microsoft.ML;
using TruncatedTL.MLNet.Ingestion;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>
/// Turns the network's distance output into two columns: a number, and whether it exceeds 1. The work is done by one of ML.NET's own predictors
/// (<see cref="CalibratedHead.Flag"/>), whose columns are copied under other names before the classifier adds its own.
/// </summary>
/// <param name="Head">The predictor.</param>
/// <param name="ScoreColumnName">Name of the number.</param>
/// <param name="FlagColumnName">Name of the Boolean.</param>
internal sealed record DistanceFlag(CalibratedHead Head, string ScoreColumnName, string FlagColumnName)
{
    private static readonly string[] s_predictorColumns = ["Score", "PredictedLabel", "Probability"];

    /// <summary>Trains the predictor.</summary>
    public static DistanceFlag Create(MLContext context, string scoreColumnName, string flagColumnName) =>
        new(CalibratedHead.Flag(context, ScoringChain.DistanceColumnName, threshold: 1), scoreColumnName, flagColumnName);

    /// <summary>The promised schema of what <see cref="AddTo"/> does.</summary>
    public static SchemaShape Promise(MLContext context, SchemaShape shape, string scoreColumnName, string flagColumnName)
    {
        var predicted = CalibratedHead.BinaryTrainer(context, CalibratedHead.FlagLabelColumnName, ScoringChain.DistanceColumnName)
            .GetOutputSchema(SchemaProbe.ShapeOf(CalibratedHead.FlagRows(ScoringChain.DistanceColumnName)));
        predicted = context.Transforms.CopyColumns(scoreColumnName, "Score").GetOutputSchema(predicted);
        predicted = context.Transforms.CopyColumns(flagColumnName, "PredictedLabel").GetOutputSchema(predicted);
        string[] added = [scoreColumnName, flagColumnName];
        return new SchemaShape(shape.Where(column => !added.Contains(column.Name) && !s_predictorColumns.Contains(column.Name))
            .Concat(added.Select(name => predicted.Single(column => column.Name == name))));
    }

    /// <summary>Adds the transformers to a chain that is being built.</summary>
    /// <param name="context">The user's context.</param>
    /// <param name="view">The view behind what has been added so far.</param>
    /// <param name="add">Adds one.</param>
    public void AddTo(MLContext context, Func<IDataView> view, Action<ITransformer> add)
    {
        add(Head.Predictor);
        add(context.Transforms.CopyColumns(ScoreColumnName, "Score").Fit(view()));
        add(context.Transforms.CopyColumns(FlagColumnName, "PredictedLabel").Fit(view()));
        add(context.Transforms.DropColumns([.. s_predictorColumns, ScoringChain.DistanceColumnName]).Fit(view()));
    }
}
