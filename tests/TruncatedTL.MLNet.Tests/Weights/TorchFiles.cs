using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>PyTorch checkpoints built in memory as torch.save lays them out.</summary>
internal static class TorchFiles
{
    /// <summary>A zip checkpoint from its pickle and storages.</summary>
    public static byte[] Zip(PickleWriter pickle, params ReadOnlySpan<(string Key, byte[] Bytes)> storages) =>
        Zip(new ZipWriter(), pickle.ToArray(), storages);

    /// <summary>A zip checkpoint with a writer of the caller's choice.</summary>
    public static byte[] Zip(ZipWriter zip, byte[] pickle, params ReadOnlySpan<(string Key, byte[] Bytes)> storages)
    {
        zip.Add("archive/data.pkl", pickle);
        foreach (var (key, bytes) in storages)
        {
            zip.Add($"archive/data/{key}", bytes);
        }

        return zip.Add("archive/version", "3\n"u8.ToArray()).ToArray();
    }

    /// <summary>A legacy checkpoint; each storage is preceded by its element count.</summary>
    public static byte[] Legacy(PickleWriter pickle, params ReadOnlySpan<(string Key, long Count, byte[] Bytes)> storages)
    {
        var keys = new PickleWriter().Proto().Op(']').Mark();
        foreach (var (key, _, _) in storages)
        {
            keys.Text(key);
        }

        var file = LegacyStart().Raw(pickle.ToArray()).Raw(keys.Op('e').Stop().ToArray());
        foreach (var (_, count, bytes) in storages)
        {
            file.Raw(MemoryMarshal.AsBytes([count])).Raw(bytes);
        }

        return file.ToArray();
    }

    /// <summary>Magic number, version and system information of the legacy format.</summary>
    public static PickleWriter LegacyStart() =>
        new PickleWriter()
            .Proto().BigInt(BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture)).Stop()
            .Proto().Int(1001).Stop()
            .Proto().EmptyDict().Mark().Text("little_endian").Bool(true).SetItems().Stop();

    public static byte[] Bytes(params ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>A whole pickle with one tensor "weight" made by the given calls.</summary>
    public static PickleWriter Single(Action<PickleWriter> value)
    {
        var pickle = new PickleWriter().Proto().OrderedDict().Mark().Text("weight");
        value(pickle);
        return pickle.SetItems().Stop();
    }

    /// <summary>A small state dict of several types, once for each format.</summary>
    public static PickleWriter SampleStateDict(bool isLegacy) =>
        new PickleWriter().Proto()
            .OrderedDict().Mark()
            .Text("conv1.weight").Tensor("FloatStorage", "0", 12, 0, [2, 3, 2, 1], [6, 2, 1, 1], isLegacy)
            .Text("bn1.running_var").Tensor("HalfStorage", "1", 4, 0, [4], [1], isLegacy)
            .Text("bn1.num_batches_tracked").Tensor("LongStorage", "2", 1, 0, [], [], isLegacy)
            .Text("fc.weight").Tensor("FloatStorage", "0", 12, 3, [2, 2], [1, 4], isLegacy)
            .SetItems()
            .EmptyDict().Mark().Text("_metadata").OrderedDict().SetItems().Op('b')
            .Stop();

    public static readonly byte[] SampleStorage0 = Bytes([.. Enumerable.Range(0, 12).Select(i => i - 5.5f)]);

    public static readonly byte[] SampleStorage1 = MemoryMarshal.AsBytes<Half>([(Half)1, (Half)0.5, (Half)(-2), (Half)65504]).ToArray();

    public static readonly byte[] SampleStorage2 = MemoryMarshal.AsBytes([123456789012345L]).ToArray();

    public static byte[] SampleZip() =>
        Zip(SampleStateDict(isLegacy: false), ("0", SampleStorage0), ("1", SampleStorage1), ("2", SampleStorage2));

    public static byte[] SampleLegacy() =>
        Legacy(SampleStateDict(isLegacy: true), ("1", 4, SampleStorage1), ("0", 12, SampleStorage0), ("2", 1, SampleStorage2));
}
