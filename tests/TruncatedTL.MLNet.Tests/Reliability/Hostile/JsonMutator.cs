using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TruncatedTL.MLNet.Tests.Reliability.Hostile;

/// <summary>Changes JSON so that it stays JSON: values of other kinds and sizes, members that are gone or double, deep nesting.</summary>
internal static class JsonMutator
{
    private static readonly string[] Values =
    [
        "null", "-1", "0", "1", "2147483647", "2147483648", "-2147483648", "9223372036854775807", "1e308", "-1e308", "1e-320", "0.5", "1e999", "\"NaN\"", "\"Infinity\"", "\"\"", "\"x\"",
        "\"../../x\"", "\"/etc/passwd\"", "\"a\\u0000b\"", "\"\\ud800\"", "[]", "{}", "[null]", "[-1]", "[2147483647,2147483647]", "true", "false", "\"Full\"", "\"Truncated(layer9.9)\"", "\"resnet101\"",
    ];

    /// <summary>One to three changes.</summary>
    public static byte[] Alter(byte[] original, Random random)
    {
        var text = Encoding.UTF8.GetString(original);
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            try
            {
                text = Change(text, random);
            }
            catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
            {
                // An earlier change has made it something that cannot be read or written any more, such as half a pair of surrogates.
                break;
            }
        }

        return Encoding.UTF8.GetBytes(text);
    }

    // Values are put in as text: some of them are numbers that no type holds, which a tree of nodes would refuse.
    private static string Change(string text, Random random)
    {
        const string Mark = "\u0001here\u0001";
        var root = JsonNode.Parse(text);
        var places = new List<(JsonNode Parent, string? Name, int Index)>();
        Collect(root, places);
        if (places.Count == 0)
        {
            return Values[random.Next(Values.Length)];
        }

        var (parent, name, index) = places[random.Next(places.Count)];
        switch (random.Next(8))
        {
            case 0 when parent is JsonObject members:
                members.Remove(name!);
                return root!.ToJsonString();
            case 0:
                ((JsonArray)parent).RemoveAt(index);
                return root!.ToJsonString();
            case 1 when parent is JsonArray items:
                items.Insert(index, items[index]?.DeepClone());
                return root!.ToJsonString();
            case 1:
                // The same name twice.
                Set(Mark);
                return Put($"0, {JsonSerializer.Serialize(name)}: 1");
            case 2:
                Set(Mark);
                return Put(new string('[', 2000) + new string(']', 2000));
            default:
                Set(Mark);
                return Put(Values[random.Next(Values.Length)]);
        }

        void Set(string value)
        {
            if (parent is JsonObject members)
            {
                members[name!] = value;
            }
            else
            {
                ((JsonArray)parent)[index] = value;
            }
        }

        string Put(string value) => root!.ToJsonString().Replace("\"\\u0001here\\u0001\"", value, StringComparison.Ordinal);
    }

    private static void Collect(JsonNode? node, List<(JsonNode Parent, string? Name, int Index)> places)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                places.Add((members, name, -1));
                Collect(value, places);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                places.Add((items, null, i));
                Collect(items[i], places);
            }
        }
    }
}
