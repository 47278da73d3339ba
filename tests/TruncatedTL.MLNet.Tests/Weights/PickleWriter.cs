using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>Emits pickle opcodes, well-formed or not.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _stream = new();

    public byte[] ToArray() => _stream.ToArray();

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        return this;
    }

    public PickleWriter Op(char opcode) => Raw((byte)opcode);

    public PickleWriter Ascii(string text) => Raw(Encoding.ASCII.GetBytes(text));

    public PickleWriter Proto(byte version = 2) => Raw(0x80, version);

    public PickleWriter Stop() => Op('.');

    public PickleWriter Mark() => Op('(');

    public PickleWriter None() => Op('N');

    public PickleWriter Bool(bool value) => Raw(value ? (byte)0x88 : (byte)0x89);

    public PickleWriter Global(string module, string name) => Raw(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    public PickleWriter EmptyTuple() => Op(')');

    public PickleWriter Tuple() => Op('t');

    public PickleWriter Reduce() => Op('R');

    public PickleWriter EmptyDict() => Op('}');

    public PickleWriter SetItems() => Op('u');

    public PickleWriter Put(byte index) => Op('q').Raw(index);

    public PickleWriter Get(byte index) => Op('h').Raw(index);

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Op('X').Raw(length).Raw(bytes);
    }

    public PickleWriter Int(long value)
    {
        var bytes = new BigInteger(value).ToByteArray();
        return value is >= 0 and <= 255 ? Op('K').Raw((byte)value) : Raw(0x8A, (byte)bytes.Length).Raw(bytes);
    }

    public PickleWriter BigInt(BigInteger value)
    {
        var bytes = value.ToByteArray();
        return Raw(0x8A, (byte)bytes.Length).Raw(bytes);
    }

    public PickleWriter Double(double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Op('G').Raw(bytes);
    }

    public PickleWriter IntTuple(params ReadOnlySpan<long> values)
    {
        Mark();
        foreach (var value in values)
        {
            Int(value);
        }

        return Tuple();
    }

    public PickleWriter OrderedDict() => Global("collections", "OrderedDict").EmptyTuple().Reduce();

    /// <summary>A storage by persistent id.</summary>
    public PickleWriter Storage(string type, string key, long count, bool isLegacy = false)
    {
        Mark().Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count);
        if (isLegacy)
        {
            None();
        }

        return Tuple().Op('Q');
    }

    /// <summary>A strided tensor on a storage.</summary>
    public PickleWriter Tensor(
        string type, string key, long storageCount, long offset, long[] shape, long[] strides, bool isLegacy = false) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Mark()
            .Storage(type, key, storageCount, isLegacy)
            .Int(offset).IntTuple(shape).IntTuple(strides)
            .Bool(false)
            .OrderedDict()
            .Tuple().Reduce();
}
