using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Onnx;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>ML.NET's own transformer takes the models as they are.</summary>
public sealed class OnnxTransformerTests
{
    private const string Column = "Scan (left), №1";

    [Fact]
    public void ByteImagesOfAnySizeAreScoredFromTheirColumn()
    {
        var specification = TestNetworks.Truncated();
        int[] sourceShape = [3, 21, 30];
        var options = TestNetworks.OptionsFor(specification) with
        {
            Input = new OnnxImageInput(Column, OnnxInputElement.UInt8, sourceShape),
            LogitsName = "My logits",
            FeaturesName = "My features",
        };
        var model = OnnxExporter.Export(specification, RandomTensors.For(specification, seed: 1), options);
        var images = Enumerable.Range(0, 2).Select(seed => RandomTensors.Bytes(new Random(seed), 3 * 21 * 30)).ToArray();

        var context = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, sourceShape);
        schema[nameof(Row.Pixels)].ColumnName = Column;
        var data = context.Data.LoadFromEnumerable(images.Select(pixels => new Row { Pixels = pixels }), schema);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, model);
        try
        {
            var transformer = context.Transforms.ApplyOnnxModel(["My logits", "My features"], [Column], path).Fit(data);
            using (transformer)
            {
                var scored = transformer.Transform(data);
                Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 1, 3), scored.Schema["My logits"].Type);
                var logits = scored.GetColumn<float[]>("My logits").ToArray();
                var features = scored.GetColumn<float[]>("My features").ToArray();
                for (var i = 0; i < images.Length; i++)
                {
                    var expected = OnnxRun.Run(model, Column, images[i], [1, 3, 21, 30]);
                    Agreement.Require(expected["My logits"].Values, logits[i], tolerance: 1e-6);
                    Agreement.Require(expected["My features"].Values, features[i], tolerance: 1e-6);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class Row
    {
        public byte[] Pixels { get; init; } = [];
    }
}
