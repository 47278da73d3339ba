using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace TruncatedTL.MLNet.Scoring;

/// <summary>
/// One of ML.NET's own linear predictors, trained on synthetic rows so that it is a known affine map followed by softmax
/// (or a sigmoid). If the network puts out <c>(logit - Offset) / Scale</c>, the predictor's scores are exactly the network's
/// probabilities, and its columns (Score with slot names, PredictedLabel, Probability) are those of a Microsoft trainer:
/// a saved model needs no assembly of ours.
/// </summary>
internal sealed class CalibratedHead
{
    /// <summary>Label column of <see cref="FlagRows"/>.</summary>
    public const string FlagLabelColumnName = "TruncatedTL.Flag";

    // Any small penalty keeps the separable synthetic problem bounded; its value cancels in Scale and Offset.
    private const float L2Regularization = 0.1f;

    private CalibratedHead(ITransformer predictor, double scale, IReadOnlyList<double> offset)
    {
        Predictor = predictor;
        Scale = scale;
        Offset = offset;
    }

    /// <summary>ML.NET's predictor; it reads the feature column and adds Score and PredictedLabel (and Probability).</summary>
    public ITransformer Predictor { get; }

    /// <summary>Divisor of the logits.</summary>
    public double Scale { get; }

    /// <summary>What is subtracted from the logits first, one value a class (binary: one).</summary>
    public IReadOnlyList<double> Offset { get; }

    /// <summary>The ML.NET trainer behind a multiclass head; also used to promise the output schema.</summary>
    public static IEstimator<ITransformer> MulticlassTrainer(MLContext context, string labelColumnName, string featureColumnName) =>
        context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            L1Regularization = 0,
            L2Regularization = L2Regularization,
            OptimizationTolerance = 1e-7f,
            NumberOfThreads = 1,
        });

    /// <summary>The ML.NET trainer behind a binary head; also used to promise the output schema.</summary>
    public static IEstimator<ITransformer> BinaryTrainer(MLContext context, string labelColumnName, string featureColumnName) =>
        context.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            L1Regularization = 0,
            L2Regularization = L2Regularization,
            OptimizationTolerance = 1e-7f,
            NumberOfThreads = 1,
        });

    /// <summary>
    /// Trains the head for K classes on the K unit vectors. By symmetry the weights are a I + c J (J all ones), and softmax
    /// ignores what is common to all classes, so <c>Scale = a</c> and <c>Offset</c> are the biases.
    /// </summary>
    /// <param name="context">The user's context.</param>
    /// <param name="label">The user's label column: a key with a known number of values.</param>
    /// <param name="featureColumnName">Name of the network's output column.</param>
    public static CalibratedHead Multiclass(MLContext context, DataViewSchema.Column label, string featureColumnName)
    {
        var classes = checked((int)((KeyDataViewType)label.Type).Count);
        var rows = new OneHotRows(
            label,
            featureColumnName,
            new VectorDataViewType(NumberDataViewType.Single, 1, classes),
            Enumerable.Range(0, classes).Select(i => ((object)(uint)(i + 1), UnitVector(classes, i))).ToArray());
        var predictor = (MulticlassPredictionTransformer<MaximumEntropyModelParameters>)MulticlassTrainer(context, label.Name, featureColumnName).Fit(rows);
        VBuffer<float>[]? weights = null;
        predictor.Model.GetWeights(ref weights!, out _);
        var onDiagonal = Enumerable.Range(0, classes).Average(i => (double)weights[i].GetItemOrDefault(i));
        var offDiagonal = Enumerable.Range(0, classes).Average(i => (double)weights[i].GetItemOrDefault((i + 1) % classes));
        return new CalibratedHead(predictor, onDiagonal - offDiagonal, predictor.Model.GetBiases().Select(b => (double)b).ToArray());
    }

    /// <summary>Trains the head for a Boolean label on the rows -1/false and +1/true; the logit is the Score, its sigmoid the Probability.</summary>
    /// <param name="context">The user's context.</param>
    /// <param name="label">The user's label column: Boolean.</param>
    /// <param name="featureColumnName">Name of the network's output column.</param>
    public static CalibratedHead Binary(MLContext context, DataViewSchema.Column label, string featureColumnName)
    {
        var rows = new OneHotRows(
            label,
            featureColumnName,
            new VectorDataViewType(NumberDataViewType.Single, 1, 1),
            [(false, [-1f]), (true, [1f])]);
        var predictor = (BinaryPredictionTransformer<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>>)BinaryTrainer(context, label.Name, featureColumnName).Fit(rows);
        var linear = predictor.Model.SubModel;
        var calibrator = predictor.Model.Calibrator;
        if (calibrator.Slope != -1 || calibrator.Offset != 0)
        {
            throw new InvalidOperationException($"ML.NET's logistic regression came with the calibrator (slope {calibrator.Slope}, offset {calibrator.Offset}) instead of the plain sigmoid; this version of Microsoft.ML is not supported.");
        }

        return new CalibratedHead(predictor, linear.Weights[0], [linear.Bias]);
    }

    /// <summary>
    /// Trains a head that turns a vector column of one value x into columns of single values: Score is x as given back by <see cref="Scale"/> and
    /// <see cref="Offset"/>, PredictedLabel whether it exceeds a threshold. ONNX outputs are vectors, and nothing else in ML.NET takes them apart.
    /// </summary>
    /// <param name="context">The user's context.</param>
    /// <param name="featureColumnName">Name of the network's output column.</param>
    /// <param name="threshold">Scores above it are called true.</param>
    public static CalibratedHead Flag(MLContext context, string featureColumnName, float threshold) =>
        Binary(context, FlagRows(featureColumnName).Schema[FlagLabelColumnName], featureColumnName).WithThreshold(context, threshold);

    /// <summary>Rows whose schema promises the columns of <see cref="Flag"/>.</summary>
    public static IDataView FlagRows(string featureColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(FlagLabelColumnName, BooleanDataViewType.Instance);
        return new OneHotRows(builder.ToSchema()[0], featureColumnName, new VectorDataViewType(NumberDataViewType.Single, 1, 1), []);
    }

    /// <summary>The same head with another decision: the predicted label is true where the score exceeds the threshold.</summary>
    /// <exception cref="InvalidOperationException">The head is for more than two classes, which know no threshold.</exception>
    public CalibratedHead WithThreshold(MLContext context, float threshold) =>
        Predictor is BinaryPredictionTransformer<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>> binary
            ? new CalibratedHead(context.BinaryClassification.ChangeModelThreshold(binary, threshold), Scale, Offset)
            : throw new InvalidOperationException("Only a yes-or-no question has a threshold.");

    private static float[] UnitVector(int length, int hot)
    {
        var vector = new float[length];
        vector[hot] = 1;
        return vector;
    }
}
