using Microsoft.ML;
using Microsoft.ML.Data;
using TruncatedTL.MLNet.Preparation;

namespace TruncatedTL.MLNet.Ingestion;

/// <summary>
/// How a column of file images says in what way they were prepared: an annotation with the preparation's JSON. ML.NET carries it through caching,
/// filtering, splitting and copying of the column.
/// </summary>
internal static class PreparationAnnotation
{
    /// <summary>The annotation's kind.</summary>
    public const string Kind = "TruncatedTL.ImagePreparation";

    /// <summary>Annotates a column that is being defined.</summary>
    public static void Attach(SchemaDefinition.Column column, ImagePreparation preparation) =>
        column.AddAnnotation(Kind, preparation.ToJson().AsMemory(), TextDataViewType.Instance);

    /// <summary>The preparation of a column's images; null where the column does not come from files.</summary>
    /// <exception cref="ImagePreparationException">The annotation is damaged.</exception>
    public static ImagePreparation? Read(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(Kind) is not { Type: TextDataViewType })
        {
            return null;
        }

        ReadOnlyMemory<char> json = default;
        column.Annotations.GetValue(Kind, ref json);
        return ImagePreparation.FromJson(json.ToString());
    }
}
