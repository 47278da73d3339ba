using System.Text;

namespace TruncatedTL.MLNet.Onnx;

/// <summary>Hands out the names of one graph: the user's names as they are, all others made unique.</summary>
internal sealed class OnnxNames
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Takes a name that must be used as it is.</summary>
    /// <exception cref="ArgumentException">The name is empty, cannot be written, or is taken.</exception>
    public string Reserve(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequireWritable(name);
        return _taken.Add(name)
            ? name
            : throw new ArgumentException($"The name '{name}' is used for two inputs or outputs of the model; give each its own.", nameof(name));
    }

    /// <summary>Takes a name like <paramref name="wish"/>: itself, or with the first free number behind it.</summary>
    public string Unique(string wish)
    {
        var name = wish;
        for (var number = 2; !_taken.Add(name); number++)
        {
            name = $"{wish}_{number}";
        }

        return name;
    }

    // Runtimes take names as zero-terminated UTF-8.
    private static void RequireWritable(string name)
    {
        if (name.Contains('\0'))
        {
            throw new ArgumentException("The name of a model's input or output contains the character 0.", nameof(name));
        }

        try
        {
            _ = Strict.GetByteCount(name);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("The name of a model's input or output is not valid Unicode.", nameof(name), exception);
        }
    }
}
