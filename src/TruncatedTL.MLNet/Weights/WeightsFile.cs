using System.Collections.ObjectModel;
using TruncatedTL.MLNet.Files;
using TruncatedTL.MLNet.Weights.Safetensors;

namespace TruncatedTL.MLNet.Weights;

/// <summary>
/// The named tensors of a weights file, in memory. Reads safetensors and PyTorch checkpoints (<c>torch.save</c>, both the
/// zip format and the legacy one) and writes safetensors. Nothing in a file is ever executed: a PyTorch file that asks
/// for more than tensors and plain data is refused.
/// </summary>
/// <remarks>
/// A training checkpoint that nests the network's tensors in a dictionary (<c>state_dict</c>, <c>model_state_dict</c>,
/// <c>model</c>, <c>net</c>, <c>weights</c> and the like) is reduced to that dictionary. Other nested dictionaries and
/// lists become dotted names. Text, numbers and truth values beside the tensors become <see cref="Metadata"/>.
/// </remarks>
public sealed class WeightsFile
{
    /// <summary>Builds a file from tensors, for example to save it.</summary>
    /// <param name="tensors">The tensors by name; their order is kept.</param>
    /// <param name="metadata">Free text by key; null for none. The order is kept.</param>
    /// <exception cref="ArgumentNullException"><paramref name="tensors"/> is null.</exception>
    /// <exception cref="ArgumentException">A tensor or a metadata value is null.</exception>
    public WeightsFile(IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
        : this(tensors, metadata, null)
    {
    }

    internal WeightsFile(
        IReadOnlyDictionary<string, TensorData> tensors, IReadOnlyDictionary<string, string>? metadata, string? sourceName)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Tensors = Copy(tensors, nameof(tensors));
        Metadata = Copy(metadata ?? ReadOnlyDictionary<string, string>.Empty, nameof(metadata));
        SourceName = sourceName;
    }

    /// <summary>The tensors by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, TensorData> Tensors { get; }

    /// <summary>
    /// Free text by key. From safetensors: its <c>__metadata__</c>. From a PyTorch checkpoint: the text, numbers and
    /// truth values that stand beside the tensors, such as <c>epoch</c> or <c>arch</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the tensors came from, for messages.</summary>
    internal string? SourceName { get; }

    /// <summary>
    /// Reads a weights file. The format is recognised by the content; the suffix only decides what a file is meant to
    /// be where the content fits no format.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsFormatException">The file is damaged, truncated or of an unknown format.</exception>
    /// <exception cref="UnsafeWeightsException">A PyTorch file asks for more than tensors and plain data.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static WeightsFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return WeightsFormat.Read(ByteSource.FromStream(stream, path));
    }

    /// <summary>Reads weights from a stream, from its current position to its end. The stream stays open.</summary>
    /// <param name="stream">The stream. One that cannot seek is first copied into memory (2 GB at most).</param>
    /// <param name="name">What messages call the stream, best a file name; its suffix serves as for a file.</param>
    /// <exception cref="WeightsFormatException">The content is damaged, truncated or of an unknown format.</exception>
    /// <exception cref="UnsafeWeightsException">A PyTorch file asks for more than tensors and plain data.</exception>
    public static WeightsFile Load(Stream stream, string name = "stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return WeightsFormat.Read(ByteSource.FromStream(stream, name));
    }

    /// <summary>
    /// Writes a safetensors file. The same tensors and metadata in the same order give the same bytes. The file appears
    /// whole or not at all: it is written beside the target under a temporary name and then renamed.
    /// </summary>
    /// <param name="path">The file; replaced where it exists.</param>
    /// <exception cref="WeightsException">A name cannot be written, or names and metadata exceed 100 MB.</exception>
    /// <exception cref="IOException">The folder does not exist or cannot be written.</exception>
    public void SaveSafetensors(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, SaveSafetensors);
    }

    /// <summary>Writes the safetensors format to a stream, which stays open.</summary>
    /// <param name="stream">Where to write.</param>
    /// <exception cref="WeightsException">A name cannot be written, or names and metadata exceed 100 MB.</exception>
    public void SaveSafetensors(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsWriter.Write(stream, this);
    }

    private static ReadOnlyDictionary<string, TValue> Copy<TValue>(IReadOnlyDictionary<string, TValue> source, string parameterName)
        where TValue : class
    {
        var copy = new OrderedDictionary<string, TValue>(source.Count, StringComparer.Ordinal);
        foreach (var (key, value) in source)
        {
            copy.Add(key, value ?? throw new ArgumentException($"The value of '{key}' is null.", parameterName));
        }

        return new ReadOnlyDictionary<string, TValue>(copy);
    }
}
