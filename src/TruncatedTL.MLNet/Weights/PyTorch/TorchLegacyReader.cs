using System.Globalization;
using System.Numerics;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// Reads the legacy format of <c>torch.save</c> (before PyTorch 1.6): five pickles (magic number, protocol version,
/// system information, the checkpoint, storage keys), then for each key an element count and the raw elements.
/// </summary>
internal static class TorchLegacyReader
{
    private const byte ProtocolOpcode = 0x80;
    private const int MaxPickleProtocol = 5;
    private const long ProtocolVersion = 1001;

    private static readonly BigInteger MagicNumber = BigInteger.Parse("1950A86A20F9469CFC6C", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Whether a file begins with a pickle of protocol 2 or later, or with the magic number as older protocols write it.</summary>
    public static bool LooksLikePickle(ReadOnlySpan<byte> start) =>
        start is [ProtocolOpcode, <= MaxPickleProtocol, ..] || start.StartsWith("L119547037146038801333356L"u8);

    /// <summary>Reads the checkpoint.</summary>
    public static WeightsFile Read(ByteSource source)
    {
        var input = new PickleInput(source, 0, source.Length);
        if (Unpickler.Load(input).Root is not BigInteger magic || magic != MagicNumber)
        {
            throw source.Damaged("it is a Python pickle, but not one that torch.save wrote", 0);
        }

        var versionOffset = input.Position;
        if (Unpickler.Load(input).Root is not ProtocolVersion)
        {
            throw source.Damaged("its PyTorch format version is not known", versionOffset);
        }

        // The system information tells integer sizes of the machine that wrote the file; the storages do not depend on them.
        Unpickler.Load(input);
        var document = Unpickler.Load(input);
        var content = CheckpointSelector.Select(document, source);
        var storages = ReadStorages(input, document, content);
        var materializer = new TensorMaterializer(source, isBigEndian: false);
        var tensors = new OrderedDictionary<string, TensorData>(content.Tensors.Count, StringComparer.Ordinal);
        foreach (var (name, tensor) in content.Tensors)
        {
            if (!storages.TryGetValue(tensor.Storage.Key, out var bytes))
            {
                throw source.Damaged($"the values of tensor {DisplayText.Quote(name)} are missing");
            }

            tensors.Add(name, materializer.Materialize(name, tensor, bytes));
        }

        return new WeightsFile(tensors, content.Metadata, source.FileName);
    }

    private static Dictionary<string, byte[]> ReadStorages(PickleInput input, PickleDocument document, CheckpointContent content)
    {
        var keysOffset = input.Position;
        if (Unpickler.Load(input).Root is not PickleList keys)
        {
            throw input.Source.Damaged("its list of storage keys is missing", keysOffset);
        }

        // Optimiser state and the like is passed over.
        var needed = content.Tensors.Values.Select(tensor => tensor.Storage.Key).ToHashSet(StringComparer.Ordinal);
        var storages = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var item in keys.Items)
        {
            var offset = input.Position;
            var key = item as string ?? (item is long number ? number.ToString(CultureInfo.InvariantCulture) : null);
            if (key is null || !document.Storages.TryGetValue(key, out var storage))
            {
                throw input.Source.Damaged("its list of storage keys does not fit its tensors", keysOffset);
            }

            try
            {
                var count = input.ReadInt64();
                if (count != storage.RootCount)
                {
                    throw new PickleDataException(
                        $"storage {DisplayText.Quote(key)} has {count} elements, but its tensors need {storage.RootCount}");
                }

                if (!needed.Contains(key))
                {
                    input.Skip(storage.RootByteCount);
                }
                else if (!storages.TryAdd(key, input.ReadBytes((ulong)storage.RootByteCount)))
                {
                    throw new PickleDataException($"storage {DisplayText.Quote(key)} stands in the file twice");
                }
            }
            catch (PickleDataException exception)
            {
                throw input.Source.Damaged(exception.Message, offset, exception);
            }
        }

        return storages;
    }
}
