using System.Globalization;
using System.Text;

namespace TruncatedTL.MLNet.Search;

/// <summary>Methods as text: <c>Name</c> or <c>Name(argument, key=value)</c>. Commas within brackets or double quotes belong to an argument; <c>""</c> in quotes is a quote.</summary>
internal static class MethodText
{
    public static string Write(string name, params string?[] arguments)
    {
        var given = arguments.OfType<string>().ToArray();
        return given.Length == 0 ? name : $"{name}({string.Join(", ", given)})";
    }

    /// <summary><c>key=value</c>, or null where the value is the default.</summary>
    public static string? Option(string key, int? value, int? usual) =>
        value == usual ? null : string.Create(CultureInfo.InvariantCulture, $"{key}={value}");

    public static string? Option(string key, bool value, bool usual) => value == usual ? null : $"{key}={(value ? "true" : "false")}";

    /// <summary>A free text, in quotes where it could not be read back without.</summary>
    public static string Quote(string text)
    {
        var plain = text.Length > 0 && text == text.Trim() && !text.Contains('"', StringComparison.Ordinal) && TrySplit(text) is [var whole] && whole == text;
        return plain ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Reads a method of the library.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    /// <exception cref="ArgumentException">The text is one with an option out of range.</exception>
    public static SearchMethod Parse(string text)
    {
        var written = text.Trim();
        var open = written.IndexOf('(', StringComparison.Ordinal);
        if ((open >= 0) != written.EndsWith(')'))
        {
            throw NotAMethod(text);
        }

        var name = open < 0 ? written : written[..open].TrimEnd();
        var inside = open < 0 ? string.Empty : written[(open + 1)..^1];
        var arguments = string.IsNullOrWhiteSpace(inside) ? [] : TrySplit(inside) ?? throw NotAMethod(text);
        if (arguments.Any(argument => argument.Length == 0))
        {
            throw NotAMethod(text);
        }

        var options = new MethodOptions(text, arguments);
        SearchMethod method = name.ToLowerInvariant() switch
        {
            "guided" => new GuidedSearch
            {
                ShortEpochs = options.Take("shortEpochs", (int?)null),
                TrainControl = options.Take("trainControl", true),
                CompareAll = options.Take("compareAll", true),
                Neighbours = options.Take("neighbours", false),
            },
            "twostage" => new TwoStageSearch { WithinTolerance = options.Take("withinTolerance", false) },
            "exhaustive" => new ExhaustiveSearch { WithinTolerance = options.Take("withinTolerance", false) },
            "successivehalving" => new SuccessiveHalvingSearch
            {
                Start = options.Take("start", (int?)null) ?? 3,
                Eta = options.Take("eta", (int?)null) ?? 3,
                TrainControl = options.Take("trainControl", true),
                CompareAll = options.Take("compareAll", true),
            },
            "fixed" when arguments.Count > 0 => new FixedSearch(options.TakeTexts()),
            _ => throw NotAMethod(text),
        };
        options.RequireAllTaken();
        return method;
    }

    public static FormatException NotAMethod(string text, string? why = null) => new(
        $"'{text}' is not a search method{(why is null ? string.Empty : $": {why}")}. Write one of Guided, Guided(shortEpochs=5, neighbours=true, trainControl=false, compareAll=false), TwoStage, "
        + "Exhaustive, Exhaustive(withinTolerance=true), SuccessiveHalving(start=3, eta=3), Fixed(Truncated(layer3.1), Full).");

    // The arguments, without quotes; null if brackets or quotes do not match.
    private static List<string>? TrySplit(string inside)
    {
        var arguments = new List<string>();
        var current = new StringBuilder();
        var depth = 0;
        var wasQuoted = false;
        for (var i = 0; i < inside.Length; i++)
        {
            switch (inside[i])
            {
                case '"' when depth == 0 && current.ToString().Trim().Length == 0 && !wasQuoted:
                    current.Clear();
                    for (i++; ; i++)
                    {
                        if (i >= inside.Length)
                        {
                            return null;
                        }

                        if (inside[i] == '"' && !(i + 1 < inside.Length && inside[i + 1] == '"'))
                        {
                            break;
                        }

                        i += inside[i] == '"' ? 1 : 0;
                        current.Append(inside[i]);
                    }

                    wasQuoted = true;
                    break;
                case ',' when depth == 0:
                    arguments.Add(wasQuoted ? current.ToString() : current.ToString().Trim());
                    current.Clear();
                    wasQuoted = false;
                    break;
                case var letter when wasQuoted:
                    if (!char.IsWhiteSpace(letter))
                    {
                        return null;
                    }

                    break;
                case var letter:
                    depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
                    if (depth < 0)
                    {
                        return null;
                    }

                    current.Append(letter);
                    break;
            }
        }

        arguments.Add(wasQuoted ? current.ToString() : current.ToString().Trim());
        return depth == 0 ? arguments : null;
    }
}
