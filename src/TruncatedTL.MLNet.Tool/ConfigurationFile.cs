using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TruncatedTL.MLNet.Tool.Options;

namespace TruncatedTL.MLNet.Tool;

/// <summary>Reads and writes the options of a command as one JSON object; its keys are the options' names without the dashes.</summary>
internal static class ConfigurationFile
{
    /// <summary>The command line with what a configuration says besides; the same parser then checks both alike.</summary>
    /// <param name="path">The configuration.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="parsed">The command line, parsed.</param>
    /// <exception cref="UsageException">The file is no JSON object, or has a key that the command does not know, or a value of no use.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static IReadOnlyList<string> Expand(string path, IReadOnlyList<string> arguments, ParseResult parsed)
    {
        var known = parsed.CommandResult.Command.Options.OfType<IConfigurable>().ToDictionary(option => option.Key);
        var added = new List<string>();
        using var document = Read(path);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!known.TryGetValue(property.Name, out var option))
            {
                throw new UsageException($"'{path}' has the unknown key '{property.Name}'. The keys of 'ttl {parsed.CommandResult.Command.Name}' are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            }

            if (parsed.GetResult((Option)option) is null or { Implicit: true })
            {
                added.AddRange(Values(path, property).Select(value => $"--{property.Name}={value}"));
            }
        }

        return [.. arguments, .. added];
    }

    /// <summary>Writes all options of a command line, defaults included, each under a comment that says what it means.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="withFullPaths">Whether paths are written in full, so that the file serves in any folder.</param>
    public static void Write(string path, ParseResult parsed, bool withFullPaths = false)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var text = new StringBuilder("{\n");
        var options = parsed.CommandResult.Command.Options.OfType<IConfigurable>().ToArray();
        for (var i = 0; i < options.Length; i++)
        {
            var value = withFullPaths ? options[i].PortableValueIn(parsed) : options[i].ValueIn(parsed);
            text.Append(CultureInfo.InvariantCulture, $"  // {options[i].Meaning}\n  {JsonSerializer.Serialize(options[i].Key)}: {Json(value)}{(i < options.Length - 1 ? "," : string.Empty)}\n");
        }

        File.WriteAllText(path, text.Append("}\n").ToString());
    }

    private static string Json(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        bool or int or long or double => JsonSerializer.Serialize(value),
        Enum choice => JsonSerializer.Serialize(choice.ToString()),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Json))}]",
        _ => throw new NotSupportedException($"An option of the type {value.GetType().Name} cannot be written."),
    };

    private static JsonDocument Read(string path)
    {
        try
        {
            var document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new UsageException($"'{path}' is not a JSON object.");
        }
        catch (JsonException error)
        {
            throw new UsageException($"'{path}' is not JSON: {error.Message}");
        }
    }

    private static IEnumerable<string> Values(string path, JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.String => [property.Value.GetString()!],
        JsonValueKind.Number => [property.Value.GetRawText()],
        JsonValueKind.True => ["true"],
        JsonValueKind.False => ["false"],
        JsonValueKind.Array when property.Value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number) =>
            [.. property.Value.EnumerateArray().Select(item => item.ToString())],
        _ => throw new UsageException($"'{path}': the value of '{property.Name}' is neither a text, a number, true or false, nor a list of those."),
    };
}
