using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Data;
using TruncatedTL.MLNet.Data.Formula;
using TruncatedTL.MLNet.Strategies;
using TruncatedTL.MLNet.Training;

namespace TruncatedTL.MLNet.Documentation.Tests;

/// <summary>
/// What the variables hold that a block may use without declaring them: few small images drawn by formula, two a patient, and a model of them. Public, for a block is an assembly of its own.
/// </summary>
public static class Surroundings
{
    private const int Size = 64;
    private const int ImagesPerClass = 50;
    private const int ImagesPerPatient = 2;

    private static readonly FormulaLesionSource Lesions = new(new FormulaLesionOptions { Size = Size, ImagesPerClass = ImagesPerClass, Difficulty = 0.4f });
    private static readonly Lazy<TransferLearningTransformer> Fitted = new(() => BinaryTrainer.Fit(Train));

    public static MLContext Context { get; } = new(seed: 1);

    public static LabelledImages Images => Lesions;

    /// <summary>Rows with a yes-or-no label, patients and splits; the parts below are without a common patient.</summary>
    public static IDataView Data => Rows(0, ImagesPerClass);

    public static IDataView Train => Rows(0, 20);

    public static IDataView Validation => Rows(20, 30);

    public static IDataView Calibration => Rows(30, 40);

    public static IDataView Test => Rows(40, 50);

    public static IDataView Scored => Model.Transform(Test);

    /// <summary>The same rows with a key as their label.</summary>
    public static IDataView ClassData =>
        Context.Transforms.Conversion.MapValueToKey("Label", "Name").Fit(Data).Transform(Context.Transforms.DropColumns("Label").Fit(Data).Transform(Data));

    /// <summary>It stays open: blocks that use it without making it do not own it.</summary>
    public static TransferLearningTransformer Model => Fitted.Value;

    public static TransferLearningBinaryTrainer BinaryTrainer => Context.BinaryClassification.Trainers.TransferLearning(
        Context, new TransferLearningBinaryTrainer.Options { Strategy = TransferStrategy.Truncated("layer2.0"), Training = Short() });

    public static TransferLearningMulticlassTrainer MulticlassTrainer => Context.MulticlassClassification.Trainers.TransferLearning(
        Context, new TransferLearningMulticlassTrainer.Options { Strategy = TransferStrategy.Truncated("layer1.0"), Training = Short() });

    private static TrainingOptions Short() => new() { MaxEpochs = 2 };

    // The same places of both classes.
    private static IDataView Rows(int first, int end)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, 1, Size, Size);
        var rows = Enumerable.Range(first, end - first).SelectMany(place => Enumerable.Range(0, Lesions.ClassCount).Select(label => RowOf(place, (place * Lesions.ClassCount) + label))).ToArray();
        return Context.Data.LoadFromEnumerable(rows, schema);
    }

    private static Row RowOf(int place, int index)
    {
        var patient = $"{Lesions.LabelOf(index)}-{place / ImagesPerPatient}";
        var row = new Row
        {
            Image = new byte[Lesions.ValuesPerImage],
            Label = Lesions.LabelOf(index) == 1,
            Name = Lesions.ClassNames[Lesions.LabelOf(index)],
            Patient = patient,
            PatientId = patient,
            Split = place < 30 ? "train" : place < 40 ? "val" : "test",
        };
        Lesions.CopyImage(index, row.Image);
        return row;
    }

    private sealed class Row
    {
        public byte[] Image { get; init; } = [];

        public bool Label { get; init; }

        public string Name { get; init; } = string.Empty;

        public string Patient { get; init; } = string.Empty;

        public string PatientId { get; init; } = string.Empty;

        public string Split { get; init; } = string.Empty;
    }
}
