using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Splitting;
using TruncatedTL.MLNet.Tests.Estimators;
using TruncatedTL.MLNet.Training;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Splitting;

public sealed class StratifiedCrossValidationTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void A_transfer_learning_trainer_is_validated_fold_by_fold()
    {
        var data = PatientRows.View(_context, 12);
        var trainer = Trainers.Multiclass(_context, o => o.GroupColumnName = "Patient");
        var results = _context.MulticlassClassification.CrossValidateStratifiedGroups(data, trainer, 2, "Label", "Patient", seed: 3);
        try
        {
            Assert.Equal([(0, 0), (1, 0)], results.Select(result => (result.Fold, result.Repetition)));
            Assert.Equal(Enumerable.Range(0, 36), results.SelectMany(result => PatientRows.Positions(result.ScoredHoldOutSet)).Order());
            Assert.All(results, result =>
            {
                Assert.IsType<TransferLearningTransformer>(result.Model);
                Assert.Equal(_context.MulticlassClassification.Evaluate(result.ScoredHoldOutSet).LogLoss, result.Metrics.LogLoss, 6);
                Assert.Equal(2, result.Metrics.PerClassLogLoss.Count);
            });
        }
        finally
        {
            Assert.All(results, result => result.Dispose());
        }
    }

    [Fact]
    public void Any_estimator_can_be_validated_and_repetitions_use_other_folds()
    {
        var data = PatientRows.View(_context, 20);
        var features = _context.Transforms.Conversion.ConvertType("Features", "Image", DataKind.Single);
        var linear = features.Append(_context.BinaryClassification.Trainers.LbfgsLogisticRegression("Positive"));
        var results = _context.BinaryClassification.CrossValidateStratifiedGroups(data, linear, 4, "Positive", "Patient", repetitions: 2);
        Assert.Equal(8, results.Count);
        Assert.All(results, result => Assert.InRange(result.Metrics.AreaUnderRocCurve, 0.9, 1));
        Assert.NotEqual(PatientRows.Positions(results[0].ScoredHoldOutSet), PatientRows.Positions(results[4].ScoredHoldOutSet));

        var margin = features.Append(_context.BinaryClassification.Trainers.AveragedPerceptron("Positive"));
        Assert.Equal(4, _context.BinaryClassification.CrossValidateStratifiedGroupsNonCalibrated(data, margin, 4, "Positive", "Patient").Count);
    }

    [Fact]
    public void A_text_label_may_become_a_key_inside_the_pipeline()
    {
        var data = _context.Transforms.CopyColumns("Label", "Class").Fit(PatientRows.View(_context, 18, classes: 3)).Transform(PatientRows.View(_context, 18, classes: 3));
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Conversion.ConvertType("Features", "Image", DataKind.Single))
            .Append(_context.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        var results = _context.MulticlassClassification.CrossValidateStratifiedGroups(data, pipeline, 3, groupColumnName: "Patient");
        Assert.All(results, result => Assert.InRange(result.Metrics.MacroAccuracy, 0.9, 1));
    }

    [Fact]
    public void The_validation_part_of_a_trainer_never_shares_a_patient_with_its_training_part()
    {
        // Of each patient's three rows the validation part has all or none; without the option it would have about one.
        var data = PatientRows.View(_context, 16);
        var counts = new List<string>();
        _context.Log += (_, e) => counts.Add(e.Message);
        using var model = Trainers.Binary(_context, o => o.GroupColumnName = "PatientNumber").Fit(data);
        Assert.Contains(counts, line => line.Contains("36 training and 12 validation images", StringComparison.Ordinal));
    }

    [Fact]
    public void A_validation_set_with_a_patient_of_the_training_rows_is_refused()
    {
        var data = PatientRows.View(_context, 8);
        var split = _context.Data.StratifiedGroupSplit(data, "Positive", testFraction: 0.25);
        var trainer = Trainers.Binary(_context, o =>
        {
            o.GroupColumnName = "Patient";
            o.ValidationSet = split.TestSet;
        });
        var error = Assert.Throws<DataLeakageException>(() => trainer.Fit(split.TrainSet));
        Assert.Contains("between training and validation", error.Message);
    }

    [Fact]
    public void A_class_of_one_patient_stays_in_training_and_a_single_patient_is_refused()
    {
        var rows = PatientRows.View(_context, 9, name: i => i % 2 == 1 ? "the only positive one" : $"negative {i}");
        using var model = Trainers.Binary(_context, o =>
        {
            o.GroupColumnName = "Patient";
            o.Training.EarlyStopping = new EarlyStoppingOptions { Metric = ValidationMetric.Loss };
        }).Fit(rows);
        Assert.NotEmpty(model.Training.History);

        // By AUROC it cannot be validated, which the message says.
        var undefined = Assert.Throws<TrainingDataException>(() => Trainers.Binary(_context, o => o.GroupColumnName = "Patient").Fit(rows));
        Assert.Contains("one class", undefined.Message);
        var single = PatientRows.View(_context, 4, name: _ => "everybody");
        var error = Assert.Throws<SplitException>(() => Trainers.Binary(_context, o => o.GroupColumnName = "Patient").Fit(single));
        Assert.Contains("groups cannot fill", error.Message);
    }

    [Fact]
    public void One_patient_of_each_class_is_trained_on_without_validation()
    {
        var log = new List<string>();
        _context.Log += (_, e) => log.Add(e.Message);
        using var model = Trainers.Binary(_context, o => o.GroupColumnName = "Patient").Fit(PatientRows.View(_context, 2));
        Assert.Contains(log, line => line.Contains("6 training and 0 validation images", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_column_that_is_missing_or_unsuitable_is_named()
    {
        var data = PatientRows.View(_context, 4);
        Assert.Contains("group column 'Nobody'", Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.GroupColumnName = "Nobody").Fit(data)).Message);
        Assert.Contains("group column 'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => Trainers.Binary(_context, o => o.GroupColumnName = "Image").Fit(data)).Message);
    }

    [Fact]
    public void Models_of_earlier_folds_are_freed_when_a_later_one_fails()
    {
        var data = PatientRows.View(_context, 12);
        var failing = new FailingEstimator(failAt: 2);
        Assert.Throws<TrainingDataException>(() => _context.BinaryClassification.CrossValidateStratifiedGroupsNonCalibrated(data, failing, 3, "Positive", "Patient"));
        Assert.Equal((3, 2), (failing.Fitted, failing.Disposed));
    }

    private sealed class FailingEstimator(int failAt) : IEstimator<ITransformer>
    {
        public int Fitted { get; private set; }

        public int Disposed { get; private set; }

        public ITransformer Fit(IDataView input) =>
            ++Fitted <= failAt ? new Model(this) : throw new TrainingDataException("no luck");

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;

        private sealed class Model(FailingEstimator owner) : ITransformer, IDisposable
        {
            private readonly ITransformer _scorer = Scorer();

            public bool IsRowToRowMapper => _scorer.IsRowToRowMapper;

            public IDataView Transform(IDataView input) => _scorer.Transform(input);

            public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => _scorer.GetOutputSchema(inputSchema);

            public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => _scorer.GetRowToRowMapper(inputSchema);

            public void Save(ModelSaveContext ctx) => throw new NotSupportedException();

            public void Dispose() => owner.Disposed++;

            private static ITransformer Scorer()
            {
                var context = new MLContext(seed: 1);
                return context.Transforms.Conversion.ConvertType("Features", "Image", DataKind.Single)
                    .Append(context.BinaryClassification.Trainers.AveragedPerceptron("Positive"))
                    .Fit(PatientRows.View(context, 4));
            }
        }
    }
}
