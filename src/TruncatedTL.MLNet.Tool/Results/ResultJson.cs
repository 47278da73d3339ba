using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TruncatedTL.MLNet.Tool.Results;

/// <summary>Writes results for programs.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Writes a result and ends the line.</summary>
    public static void Write(TextWriter output, object data) => output.WriteLine(JsonSerializer.Serialize(data, data.GetType(), Options));
}
