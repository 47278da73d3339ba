using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Ingestion;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Estimators;

/// <summary>
/// What ML.NET's own test base asserts of every estimator (TestEstimatorCore), written anew against public API: schema
/// propagation, refusal of bad input, saving and loading, and equality of everything a cursor can deliver.
/// </summary>
internal static class EstimatorContract
{
    public static void Check<TTransformer>(
        MLContext context,
        IEstimator<TTransformer> estimator,
        IDataView validFitInput,
        IReadOnlyList<IDataView> invalidInputs,
        IDataView? validForFitNotForTransform)
        where TTransformer : class, ITransformer
    {
        // 1. The schema is promised before anything is fitted.
        var promised = estimator.GetOutputSchema(SchemaProbe.ShapeOf(validFitInput));

        // 2. Bad input is refused by promise and by fit, with ML.NET's own exception types.
        foreach (var invalid in invalidInputs)
        {
            AssertRefused(() => estimator.GetOutputSchema(SchemaProbe.ShapeOf(invalid)));
            AssertRefused(() => estimator.Fit(invalid));
        }

        var transformer = estimator.Fit(validFitInput);
        using var path = new TemporaryModel();
        context.Model.Save(transformer, validFitInput.Schema, path.Path);
        var fresh = new MLContext(seed: 1);
        var loaded = fresh.Model.Load(path.Path, out var loadedInputSchema);

        // 4. The saved input schema is the data's.
        CheckSameSchemas(validFitInput.Schema, loadedInputSchema);

        // 3. What fits the estimator but not the transformer is refused by both transformers.
        if (validForFitNotForTransform is not null)
        {
            estimator.GetOutputSchema(SchemaProbe.ShapeOf(validForFitNotForTransform));
            foreach (var candidate in new[] { transformer, loaded })
            {
                AssertRefused(() => candidate.GetOutputSchema(validForFitNotForTransform.Schema));
                AssertRefused(() => candidate.Transform(validForFitNotForTransform));
            }
        }

        // 5. Row-to-row mapping agrees with the schema.
        var schema = transformer.GetOutputSchema(validFitInput.Schema);
        if (transformer.IsRowToRowMapper)
        {
            var mapper = transformer.GetRowToRowMapper(validFitInput.Schema);
            Assert.Same(validFitInput.Schema, mapper.InputSchema);
            CheckSameSchemas(schema, mapper.OutputSchema);
        }
        else
        {
            AssertRefused(() => transformer.GetRowToRowMapper(validFitInput.Schema));
        }

        // 6. and 7. Original and loaded transformer promise and deliver the same schema.
        CheckSameSchemas(schema, loaded.GetOutputSchema(validFitInput.Schema));
        var scored = transformer.Transform(validFitInput);
        var scoredAgain = loaded.Transform(validFitInput);
        CheckSameSchemas(schema, scored.Schema);
        CheckSameSchemas(schema, scoredAgain.Schema);

        // 8. All values are the same, whichever columns are asked for together.
        CheckSameValues(scored, scoredAgain);

        // 9. Promise and delivery are compatible in both directions.
        var delivered = SchemaProbe.ShapeOf(scored);
        CheckSameShapes(promised, delivered);

        // 10. Both can be disposed, twice.
        foreach (var disposable in new[] { transformer, loaded }.OfType<IDisposable>())
        {
            disposable.Dispose();
            disposable.Dispose();
        }
    }

    private static void AssertRefused(Action action)
    {
        var exception = Record.Exception(action);
        Assert.True(
            exception is ArgumentOutOfRangeException or InvalidOperationException,
            $"expected ArgumentOutOfRangeException or InvalidOperationException, got {exception?.GetType().Name ?? "nothing"}: {exception?.Message}");
    }

    private static void CheckSameSchemas(DataViewSchema left, DataViewSchema right)
    {
        Assert.Equal(left.Select(c => c.Name), right.Select(c => c.Name));
        foreach (var column in left)
        {
            var other = right[column.Index];
            Assert.Equal(column.Type, other.Type);
            Assert.Equal(left[column.Name].Index, right[column.Name].Index);
            Assert.Null(column.Annotations.Schema.GetColumnOrNull("PurpleDragonScales"));
            Assert.Null(other.Annotations.Schema.GetColumnOrNull("PurpleDragonScales"));
            var nothing = 0f;
            Assert.Throws<InvalidOperationException>(() => other.Annotations.GetValue("PurpleDragonScales", ref nothing));
            CheckSameText(column, other, "SlotNames");
            CheckSameText(column, other, "KeyValues");
        }
    }

    private static void CheckSameText(DataViewSchema.Column left, DataViewSchema.Column right, string kind)
    {
        var annotation = left.Annotations.Schema.GetColumnOrNull(kind);
        Assert.Equal(annotation is null, right.Annotations.Schema.GetColumnOrNull(kind) is null);
        if (annotation is not { Type: VectorDataViewType { ItemType: TextDataViewType } type })
        {
            return;
        }

        VBuffer<ReadOnlyMemory<char>> first = default, second = default;
        left.Annotations.GetValue(kind, ref first);
        right.Annotations.GetValue(kind, ref second);
        Assert.Equal(type.Size, first.Length);
        Assert.Equal(first.DenseValues().Select(v => v.ToString()), second.DenseValues().Select(v => v.ToString()));
        if (kind == "SlotNames")
        {
            Assert.Equal(((VectorDataViewType)left.Type).Size, first.Length);
        }
    }

    private static void CheckSameValues(IDataView left, IDataView right)
    {
        var all = left.Schema.Select(c => c.Index).ToArray();
        CheckSameValues(left, right, all);
        CheckSameValues(left, right, all.Where(i => i % 2 == 0).ToArray());
        CheckSameValues(left, right, all.Where(i => i % 2 == 1).ToArray());
        foreach (var index in all)
        {
            CheckSameValues(left, right, [index]);
        }
    }

    private static void CheckSameValues(IDataView left, IDataView right, int[] columns)
    {
        using var first = left.GetRowCursor(left.Schema.Where(c => columns.Contains(c.Index)));
        using var second = right.GetRowCursor(right.Schema.Where(c => columns.Contains(c.Index)));
        Assert.Same(left.Schema, first.Schema);
        Assert.Same(right.Schema, second.Schema);
        var readers = columns.Select(i => (Left: ReaderOf(first, left.Schema[i]), Right: ReaderOf(second, right.Schema[i]))).ToArray();
        var firstId = first.GetIdGetter();
        var secondId = second.GetIdGetter();
        var ids = new HashSet<DataViewRowId>();
        while (first.MoveNext())
        {
            Assert.True(second.MoveNext());
            Assert.Equal(first.Position, second.Position);
            DataViewRowId a = default, b = default;
            firstId(ref a);
            secondId(ref b);
            Assert.Equal(a, b);
            Assert.True(ids.Add(a), "two rows have the same id");
            foreach (var (readLeft, readRight) in readers)
            {
                AssertSameValue(readLeft(), readRight());
            }
        }

        Assert.False(second.MoveNext());
    }

    private static void AssertSameValue(object left, object right)
    {
        switch (left, right)
        {
            case (float a, float b):
                Assert.True(float.IsNaN(a) == float.IsNaN(b) && (float.IsNaN(a) || Math.Abs(a - b) <= 1e-6), $"{a} differs from {b}");
                break;
            case (ImmutableArray<float> a, ImmutableArray<float> b):
                Assert.Equal(a.Length, b.Length);
                for (var i = 0; i < a.Length; i++)
                {
                    AssertSameValue(a[i], b[i]);
                }

                break;
            case (ImmutableArray<byte> a, ImmutableArray<byte> b):
                Assert.True(a.AsSpan().SequenceEqual(b.AsSpan()));
                break;
            default:
                Assert.Equal(left, right);
                break;
        }
    }

    private static Func<object> ReaderOf(DataViewRow row, DataViewSchema.Column column)
    {
        return column.Type switch
        {
            VectorDataViewType { ItemType: NumberDataViewType item } when item == NumberDataViewType.Single => Vector<float>(),
            VectorDataViewType { ItemType: NumberDataViewType item } when item == NumberDataViewType.Byte => Vector<byte>(),
            KeyDataViewType => Scalar<uint>(v => v),
            TextDataViewType => Scalar<ReadOnlyMemory<char>>(v => v.ToString()),
            BooleanDataViewType => Scalar<bool>(v => v),
            NumberDataViewType when column.Type == NumberDataViewType.Single => Scalar<float>(v => v),
            NumberDataViewType when column.Type == NumberDataViewType.Int32 => Scalar<int>(v => v),
            _ => throw new NotSupportedException($"The contract test cannot read {column.Type}."),
        };

        Func<object> Scalar<T>(Func<T, object> box)
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T value = default!;
                getter(ref value);
                return box(value);
            };
        }

        Func<object> Vector<T>()
        {
            var getter = row.GetGetter<VBuffer<T>>(column);
            return () =>
            {
                VBuffer<T> value = default;
                getter(ref value);
                return value.DenseValues().ToImmutableArray();
            };
        }
    }

    private static void CheckSameShapes(SchemaShape promised, SchemaShape delivered)
    {
        Assert.Equal(promised.Select(c => c.Name).Order(), delivered.Select(c => c.Name).Order());
        foreach (var column in promised)
        {
            var other = delivered.Single(c => c.Name == column.Name);
            Assert.True(AreCompatible(column, other), $"'{column.Name}' is promised as {Describe(column)}, delivered as {Describe(other)}");
        }
    }

    private static bool AreCompatible(SchemaShape.Column left, SchemaShape.Column right) =>
        left.Kind == right.Kind
        && left.ItemType.Equals(right.ItemType)
        && left.IsKey == right.IsKey
        && left.Annotations.Select(a => a.Name).Order().SequenceEqual(right.Annotations.Select(a => a.Name).Order())
        && left.Annotations.All(a => AreCompatible(a, right.Annotations.Single(b => b.Name == a.Name)));

    private static string Describe(SchemaShape.Column column) =>
        $"{column.Kind} {column.ItemType}{(column.IsKey ? " key" : string.Empty)} [{string.Join(", ", column.Annotations.Select(a => $"{a.Name}:{a.Kind} {a.ItemType}"))}]";

    private sealed class TemporaryModel : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"contract-{Guid.NewGuid():N}.zip");

        public void Dispose() => File.Delete(Path);
    }
}
