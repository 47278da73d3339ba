using System.Numerics;
using System.Text;
using TruncatedTL.MLNet.Weights;
using TruncatedTL.MLNet.Weights.PyTorch;
using Xunit;

namespace TruncatedTL.MLNet.Tests.Weights;

/// <summary>The pickle interpreter: what it builds, what it refuses, what it bounds.</summary>
public class UnpicklerTests
{
    [Theory]
    [InlineData("posix", "system")]
    [InlineData("nt", "system")]
    [InlineData("os", "system")]
    [InlineData("subprocess", "Popen")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "exec")]
    [InlineData("builtins", "getattr")]
    [InlineData("torch", "load")]
    [InlineData("torch.hub", "load_state_dict_from_url")]
    [InlineData("torch.nn.modules.linear", "Linear")]
    [InlineData("numpy.core.multiarray", "_reconstruct")]
    [InlineData("collections", "OrderedDict.fromkeys")]
    [InlineData("collections.OrderedDict", "")]
    [InlineData("argparse", "Namespace")]
    [InlineData("", "")]
    public void RefusesEveryOtherNameAtOnce(string module, string name)
    {
        var utf8Module = Encoding.UTF8.GetBytes(module);
        var utf8Name = Encoding.UTF8.GetBytes(name);

        // What follows the name is not even valid: it must not be reached.
        byte[][] pickles =
        [
            new PickleWriter().Proto().Global(module, name).Raw(0xFF).ToArray(),
            new PickleWriter().Proto(4).Raw(0x8C, (byte)utf8Module.Length).Raw(utf8Module).Raw(0x8C, (byte)utf8Name.Length).Raw(utf8Name)
                .Raw(0x94, 0x93, 0xFF).ToArray(),
            new PickleWriter().Mark().Text("touch x").Op('i').Ascii($"{module}\n{name}\n").Raw(0xFF).ToArray(),
        ];

        foreach (var pickle in pickles)
        {
            var exception = Assert.Throws<UnsafeWeightsException>(() => Load(pickle));
            Assert.Equal($"{module}.{name}", exception.Refused);
            Assert.Contains($"'{module}.{name}'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RefusesTheExtensionRegistry()
    {
        Assert.Equal("copyreg extension 7", Assert.Throws<UnsafeWeightsException>(() => Load([0x80, 2, 0x82, 7])).Refused);
        Assert.Equal("copyreg extension 513", Assert.Throws<UnsafeWeightsException>(() => Load([0x80, 2, 0x83, 1, 2])).Refused);
        Assert.Equal("copyreg extension 1", Assert.Throws<UnsafeWeightsException>(() => Load([0x80, 2, 0x84, 1, 0, 0, 0])).Refused);
    }

    [Fact]
    public void RefusesInEveryFormat()
    {
        var evil = TorchFiles.Single(p => p.Global("posix", "system").Mark().Text("touch x").Tuple().Reduce());

        Assert.Equal("posix.system", RefusedBy(TorchFiles.Zip(evil), "a.pth"));
        Assert.Equal("posix.system", RefusedBy(TorchFiles.Legacy(evil), "a.pth"));
        Assert.Equal("posix.system", RefusedBy(evil.ToArray(), "a.pth"));
        Assert.Equal("os.system", RefusedBy("cos\nsystem\n(S'touch x'\ntR."u8.ToArray(), "a.pkl"));

        // In the pickles of the legacy format that only hold bookkeeping.
        Assert.Equal("os.system", RefusedBy(TorchFiles.LegacyStart().Proto().Global("os", "system").Stop().ToArray(), "a.pth"));
        Assert.Equal("os.system", RefusedBy(new PickleWriter().Proto().Global("os", "system").Stop().ToArray(), "a.pth"));
    }

    [Fact]
    public void RefusalShowsHostileNamesHarmlessly()
    {
        var exception = Assert.Throws<UnsafeWeightsException>(
            () => Load(new PickleWriter().Proto().Global("a\u001b[2J\u202e", new string('x', 900)).Stop().ToArray()));

        Assert.DoesNotContain('\u001b', exception.Message);
        Assert.DoesNotContain('\u202e', exception.Message);
        Assert.InRange(exception.Message.Length, 1, 800);
    }

    [Fact]
    public void AllowedCallablesCannotBeTurnedIntoOthers()
    {
        // REDUCE on text, on a storage class, on a dtype; BUILD on a class; calling a tensor.
        Damaged(new PickleWriter().Proto().Text("os.system").EmptyTuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("torch", "FloatStorage").EmptyTuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("torch", "float32").EmptyTuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("collections", "OrderedDict").EmptyDict().Op('b').Stop());
        Damaged(new PickleWriter().Proto().Global("collections", "OrderedDict").Op('}').Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("_codecs", "encode").Mark().Text("x").Text("utf-7").Tuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("torch._utils", "_rebuild_tensor_v2").Mark().Text("x").Tuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Global("torch._utils", "_rebuild_parameter").EmptyTuple().Reduce().Stop());
        Damaged(new PickleWriter().Proto().Mark().Text("module").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(1).Tuple().Op('Q').Stop());
    }

    [Fact]
    public void ReadsNumbers()
    {
        var pickle = new PickleWriter().Mark()
            .Op('K').Raw(200).Op('M').Raw(0x01, 0xFF).Op('J').Raw(0xFE, 0xFF, 0xFF, 0xFF)
            .Raw(0x8A, 0).Raw(0x8A, 2, 0x00, 0x80).BigInt(BigInteger.Pow(2, 70)).Raw(0x8B, 1, 0, 0, 0, 0xFF)
            .Ascii("I-12\n").Ascii("I01\n").Ascii("I00\n").Ascii("L12345678901234567890L\n").Ascii("F-1.5e3\n").Ascii("Finf\n").Double(Math.PI)
            .Bool(true).Bool(false).None()
            .Tuple().Stop();

        object?[] expected =
        [
            200L, 0xFF01L, -2L, 0L, -32768L, BigInteger.Pow(2, 70), -1L, -12L, true, false, BigInteger.Parse("12345678901234567890", null), -1500.0,
            double.PositiveInfinity, Math.PI, true, false, null,
        ];
        Assert.Equal(expected, Tuple(Load(pickle.ToArray())));
    }

    [Fact]
    public void ReadsTexts()
    {
        var pickle = new PickleWriter().Mark()
            .Text("层ü").Raw(0x8C, 2).Raw("é"u8).Raw(0x8D, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'x')
            .Ascii("S'a\\'\\n\\x41'\n").Ascii("S\"q\"\n").Ascii("Vu\\u00e9\\\\U\\U0001F600\n")
            .Op('U').Raw(2, (byte)'h', 0xE9).Op('T').Raw(1, 0, 0, 0, (byte)'t')
            .Tuple().Stop();

        Assert.Equal(["层ü", "é", "x", "a'\nA", "q", "ué\\\\U😀", "hé", "t"], Tuple(Load(pickle.ToArray())).Cast<string>());
        Assert.Equal([1, 2], (byte[])Load([(byte)'C', 2, 1, 2, (byte)'.'])!);
        Assert.Equal([1, 2], (byte[])Load([(byte)'B', 2, 0, 0, 0, 1, 2, (byte)'.'])!);
        Assert.Equal([3], (byte[])Load([0x8E, 1, 0, 0, 0, 0, 0, 0, 0, 3, (byte)'.'])!);
        Assert.Equal([3], (byte[])Load([0x96, 1, 0, 0, 0, 0, 0, 0, 0, 3, (byte)'.'])!);
        Assert.Equal(
            [0x61, 0xFF],
            (byte[])Load(new PickleWriter().Proto().Global("_codecs", "encode").Mark().Text("a\u00ff").Text("latin1").Tuple().Reduce().Stop().ToArray())!);
    }

    [Fact]
    public void ReadsContainersOfEveryProtocol()
    {
        Assert.Equal([1L, 2L], List("(lp0\nI1\naI2\na."u8));
        Assert.Equal([1L, 2L], List("(I1\nI2\nl."u8));
        Assert.Equal([1L, 2L, 1L], List("](K\u0001K\u0002eK\u0001a."u8));
        var dictionary = (PickleDict)Load("(dp0\nS'a'\nI1\nsS'b'\nI2\nsS'a'\nI3\ns."u8.ToArray())!;
        Assert.Equal(["a=3", "b=2"], dictionary.Items.Select(item => $"{item.Key}={item.Value}"));
        Assert.Equal(1, ((PickleDict)Load("(S'a'\nI1\nd."u8.ToArray())!).Count);
        Assert.Equal([1L], ((PickleSet)Load([0x8F, (byte)'(', (byte)'K', 1, 0x90, (byte)'.'])!).Items);
        Assert.Equal([1L], ((PickleSet)Load([(byte)'(', (byte)'K', 1, 0x91, (byte)'.'])!).Items);
        Assert.Equal([1L], Tuple(Load([(byte)'K', 1, 0x85, (byte)'.'])));
        Assert.Equal([1L, 2L, 3L], Tuple(Load([(byte)'K', 1, (byte)'K', 2, (byte)'K', 3, 0x87, (byte)'.'])));

        // Protocol 4 with frame and memo: {'a': [1], 'b': the same list}.
        byte[] framed = [0x80, 4, 0x95, 17, 0, 0, 0, 0, 0, 0, 0, .. "}\u0094("u8[..1], 0x94, (byte)'(', 0x8C, 1, (byte)'a', (byte)']', 0x94, (byte)'K', 1,
            (byte)'a', 0x8C, 1, (byte)'b', (byte)'h', 1, (byte)'u', (byte)'.'];
        var shared = (PickleDict)Load(framed)!;
        Assert.Same(shared["a"], shared["b"]);
        Assert.Equal([1L], ((PickleList)shared["a"]!).Items);
    }

    [Fact]
    public void BuildsOrderedDictionariesInEveryWayThatPythonWritesThem()
    {
        string[] expected = ["b=1", "a=2"];

        // Python 2: OrderedDict([[k, v], ...]); NEWOBJ and OBJ; Counter from a dict.
        var pairs = new PickleWriter().Proto().Global("collections", "OrderedDict").Mark().Op(']').Mark()
            .Op(']').Mark().Text("b").Int(1).Op('e').Op(']').Mark().Text("a").Int(2).Op('e').Op('e').Tuple().Reduce().Stop();
        var newObject = new PickleWriter().Proto().Global("collections", "OrderedDict").EmptyTuple().Raw(0x81)
            .Mark().Text("b").Int(1).Text("a").Int(2).SetItems().Stop();
        var newObjectEx = new PickleWriter().Proto(4).Global("collections", "OrderedDict").EmptyTuple().EmptyDict().Raw(0x92)
            .Mark().Text("b").Int(1).Text("a").Int(2).SetItems().Stop();
        var marked = new PickleWriter().Mark().Global("collections", "OrderedDict").Op('o')
            .Mark().Text("b").Int(1).Text("a").Int(2).SetItems().Stop();
        var counter = new PickleWriter().Proto().Global("collections", "Counter").Mark()
            .EmptyDict().Mark().Text("b").Int(1).Text("a").Int(2).SetItems().Tuple().Reduce().Stop();

        foreach (var pickle in (PickleWriter[])[pairs, newObject, newObjectEx, marked, counter])
        {
            Assert.Equal(expected, ((PickleDict)Load(pickle.ToArray())!).Items.Select(item => $"{item.Key}={item.Value}"));
        }
    }

    [Fact]
    public void ReadsOtherPlainDataOfCheckpoints()
    {
        Assert.Equal(
            [3L, 4L],
            Tuple(Load(new PickleWriter().Proto().Global("torch", "Size").Mark().IntTuple(3, 4).Tuple().Reduce().Stop().ToArray())));
        Assert.Equal(
            [1L],
            ((PickleSet)Load(new PickleWriter().Proto().Global("__builtin__", "set").Mark().Op(']').Int(1).Op('a').Tuple().Reduce().Stop().ToArray())!).Items);
        Assert.Equal(
            "torch.device",
            Load(new PickleWriter().Proto().Global("torch", "device").Mark().Text("cuda").Int(0).Tuple().Reduce().Stop().ToArray())!.ToString());
        Assert.Equal(0.5, NumpyScalar("f8", "<", BitConverter.GetBytes(0.5)));
        Assert.Equal(0.5, NumpyScalar("f8", ">", [.. BitConverter.GetBytes(0.5).Reverse()]));
        Assert.Equal(-3L, NumpyScalar("i4", "<", BitConverter.GetBytes(-3)));
        Assert.Equal(true, NumpyScalar("b1", "|", [1]));
        Assert.Equal((BigInteger)ulong.MaxValue, NumpyScalar("u8", "<", BitConverter.GetBytes(ulong.MaxValue)));
        Assert.Throws<WeightsFormatException>(() => NumpyScalar("O", "|", [1]));
        Assert.Throws<WeightsFormatException>(() => NumpyScalar("f8", "<", [1]));
    }

    [Fact]
    public void RefusesDamagedStructure()
    {
        byte[][] pickles =
        [
            [], "."u8.ToArray(), "("u8.ToArray(), "t."u8.ToArray(), "0."u8.ToArray(), "e."u8.ToArray(), "(u."u8.ToArray(), "]K\u0001u."u8.ToArray(),
            "}(K\u0001u."u8.ToArray(), "](K\u0001."u8.ToArray()[..3], "h\u0005."u8.ToArray(), "gx\n."u8.ToArray(), "g99999999999\n."u8.ToArray(),
            "q\0."u8.ToArray(), "Ixyz\n."u8.ToArray(), "F1,5\n."u8.ToArray(), "S'a\n."u8.ToArray(), "Snone\n."u8.ToArray(), "S'\\q'\n."u8.ToArray(),
            "V\\ud800\n."u8.ToArray(), "Pid\n."u8.ToArray(), "NQ."u8.ToArray(), ")Q."u8.ToArray(), "NR."u8.ToArray(), "N)R."u8.ToArray(), "Nb."u8.ToArray(),
            [0x80, 6], [0x80, 99], [0x00], [0xFF], [0x97], [0x98], [0x95, 255, 255, 255, 255, 255, 255, 255, 255], [0x8A, 5, 1], [0x8B, 255, 255, 255, 255],
            [(byte)'X', 255, 255, 255, 255], [(byte)'X', 1, 0, 0, 0, 0xFF, (byte)'.'], [0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80], [(byte)'}', (byte)'}', (byte)'N', (byte)'s', (byte)'.'],
            [0x8E, 255, 255, 255, 255, 255, 255, 255, 127], [(byte)'B', 0, 0, 0, 0x80],
        ];

        foreach (var pickle in pickles)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var exception = Assert.Throws<WeightsFormatException>(() => Load(pickle));
            Assert.NotNull(exception.ByteOffset);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void AMarkProtectsWhatIsBelow() =>
        Damaged(new PickleWriter().Int(1).Int(2).Mark().Raw(0x86).Stop());

    [Fact]
    public void DeepNestingIsNoProblem()
    {
        // A million nested tuples: building them is iterative, and nothing walks them recursively.
        var nested = Enumerable.Repeat((byte)0x85, 1_000_000).Prepend((byte)'N').Append((byte)'.').ToArray();
        Assert.IsType<PickleTuple>(Load(nested));

        var inCheckpoint = TorchFiles.Zip(new PickleWriter().Raw(nested));
        Assert.Contains(
            "nested deeper",
            Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(new MemoryStream(inCheckpoint))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SelfReferenceEnds()
    {
        var pickle = new PickleWriter().Proto().EmptyDict().Put(0).Mark().Text("self").Get(0).SetItems().Stop();

        var exception = Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(new MemoryStream(TorchFiles.Zip(pickle))));
        Assert.Contains("contain themselves", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExponentialSharingEnds()
    {
        // Each list holds the previous one twice: 2^40 paths from 200 bytes.
        var pickle = new PickleWriter().Proto().Op(']').Put(0);
        for (byte level = 1; level <= 40; level++)
        {
            pickle.Op(']').Put(level).Mark().Get((byte)(level - 1)).Get((byte)(level - 1)).Op('e');
        }

        var exception = Assert.Throws<WeightsFormatException>(() => WeightsFile.Load(new MemoryStream(TorchFiles.Zip(pickle.Stop()))));
        Assert.Contains("unfold without end", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EndlessWorkAndMemoryAreBounded()
    {
        // 2 MB of empty dictionaries would take 160 bytes each; the budget stops them.
        var hoard = Enumerable.Repeat((byte)'}', 2 << 20).Prepend((byte)'(').ToArray();
        Assert.Contains("MB", Assert.Throws<WeightsFormatException>(() => Load(hoard)).Message, StringComparison.Ordinal);

        var budget = new PickleBudget();
        Assert.Throws<PickleDataException>(() =>
        {
            for (var i = 0L; i <= PickleBudget.MaxOperations; i++)
            {
                budget.CountOperation();
            }
        });
    }

    [Fact]
    public void CollidingKeysStayFast()
    {
        // (i << 32) | i all have the same hash code in .NET; 30,000 of them would need 450 million comparisons, each of
        // which would call this comparer.
        var keys = Enumerable.Range(0, 1000).Select(i => (object)(((long)i << 32) | (uint)i)).ToList();

        Assert.InRange(keys.Select(key => ((IEqualityComparer<object>)PickleKeyComparer.Instance).GetHashCode(key)).Distinct().Count(), 990, 1000);
        Assert.Single(keys.Select(key => key.GetHashCode()).Distinct());
    }

    [Fact]
    public void NamesTorchScript()
    {
        var exception = Assert.Throws<UnsafeWeightsException>(() => Load(new PickleWriter().Proto().Global("__torch__.net", "Net").Stop().ToArray()));

        Assert.Contains("TorchScript", exception.Message, StringComparison.Ordinal);
    }

    private static object? NumpyScalar(string code, string order, byte[] value) =>
        Load(new PickleWriter().Proto()
            .Global("numpy.core.multiarray", "scalar").Mark()
            .Global("numpy", "dtype").Mark().Text(code).Bool(false).Bool(true).Tuple().Reduce()
            .Mark().Int(3).Text(order).None().None().None().Int(-1).Int(-1).Int(0).Tuple().Op('b')
            .Op('C').Raw((byte)value.Length).Raw(value)
            .Tuple().Reduce().Stop().ToArray());

    private static string RefusedBy(byte[] bytes, string name) =>
        Assert.Throws<UnsafeWeightsException>(() => WeightsFile.Load(new MemoryStream(bytes), name)).Refused;

    private static void Damaged(PickleWriter pickle) => Assert.Throws<WeightsFormatException>(() => Load(pickle.ToArray()));

    private static IEnumerable<object?> Tuple(object? value) => Assert.IsType<PickleTuple>(value).Items;

    private static IEnumerable<object?> List(ReadOnlySpan<byte> pickle) => Assert.IsType<PickleList>(Load(pickle.ToArray())).Items;

    private static object? Load(byte[] pickle) =>
        Unpickler.Load(new PickleInput(ByteSource.FromStream(new MemoryStream(pickle), "test.pth"), 0, pickle.Length)).Root;
}
