using System.Text;

namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// An interpreter of pickle opcodes that can build only plain data and tensors. It knows no way to import or run
/// anything: a global name either stands in <see cref="TorchGlobals"/> or ends the reading at once.
/// </summary>
internal sealed class Unpickler
{
    private const int MaxProtocol = 5;
    private const int MaxNameBytes = 1024;
    private const int TupleBytes = 48;
    private const int ContainerBytes = 160;
    private const int NumberBytes = 24;
    private const int EntryBytes = 64;
    private const int MaxTextBytes = 64 << 20;

    private readonly PickleInput _input;
    private readonly PickleBudget _budget = new();
    private readonly PickleStack _stack;
    private readonly TorchObjectFactory _factory;
    private readonly Dictionary<uint, object?> _memo = [];

    private Unpickler(PickleInput input)
    {
        _input = input;
        _stack = new PickleStack(_budget);
        _factory = new TorchObjectFactory(_budget);
    }

    /// <summary>Reads one pickle, up to and including its STOP.</summary>
    /// <exception cref="WeightsFormatException">The pickle is damaged or too large.</exception>
    /// <exception cref="UnsafeWeightsException">The pickle names something that is not allowed.</exception>
    public static PickleDocument Load(PickleInput input)
    {
        var unpickler = new Unpickler(input);
        var operationOffset = input.Position;
        try
        {
            while (true)
            {
                operationOffset = input.Position;
                unpickler._budget.CountOperation();
                var opcode = (PickleOpcode)input.ReadByte();
                if (opcode == PickleOpcode.Stop)
                {
                    return new PickleDocument(unpickler._stack.Pop(), unpickler._factory.Storages, unpickler._budget.Operations);
                }

                unpickler.Execute(opcode);
            }
        }
        catch (PickleDataException exception)
        {
            throw input.Source.Damaged(exception.Message, operationOffset, exception);
        }
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto: CheckProtocol(_input.ReadByte()); break;
            case PickleOpcode.Frame: CheckFrame(_input.ReadUInt64()); break;
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.Pop: _stack.PopValueOrMark(); break;
            case PickleOpcode.PopMark: _stack.PopToMark(); break;
            case PickleOpcode.Dup: _stack.Push(_stack.Peek()); break;

            case PickleOpcode.None: _stack.Push(null); break;
            case PickleOpcode.NewTrue: PushNumber(true); break;
            case PickleOpcode.NewFalse: PushNumber(false); break;
            case PickleOpcode.BinInt: PushNumber((long)_input.ReadInt32()); break;
            case PickleOpcode.BinInt1: PushNumber((long)_input.ReadByte()); break;
            case PickleOpcode.BinInt2: PushNumber((long)_input.ReadUInt16()); break;
            case PickleOpcode.Long1: PushNumber(PickleScalars.ReadBinaryInteger(_input, _input.ReadByte())); break;
            case PickleOpcode.Long4: PushNumber(PickleScalars.ReadBinaryInteger(_input, _input.ReadUInt32())); break;
            case PickleOpcode.Int: PushNumber(PickleScalars.ReadIntLine(_input)); break;
            case PickleOpcode.Long: PushNumber(PickleScalars.ReadLongLine(_input)); break;
            case PickleOpcode.Float: PushNumber(PickleScalars.ReadFloatLine(_input)); break;
            case PickleOpcode.BinFloat: PushNumber(_input.ReadDoubleBigEndian()); break;

            case PickleOpcode.BinUnicode: PushText(PickleScalars.DecodeUtf8(_input.ReadBytes(_input.ReadUInt32(), MaxTextBytes))); break;
            case PickleOpcode.BinUnicode8: PushText(PickleScalars.DecodeUtf8(_input.ReadBytes(_input.ReadUInt64(), MaxTextBytes))); break;
            case PickleOpcode.ShortBinUnicode: PushText(PickleScalars.DecodeUtf8(_input.ReadBytes(_input.ReadByte()))); break;
            case PickleOpcode.Unicode: PushText(PickleScalars.ReadRawUnicodeLine(_input, MaxTextBytes)); break;
            case PickleOpcode.String: PushText(PickleScalars.ReadQuotedLine(_input, MaxTextBytes)); break;

            // Python 2 strings may be text or bytes; Latin-1 keeps every byte.
            case PickleOpcode.BinString: PushText(Encoding.Latin1.GetString(_input.ReadBytes(_input.ReadUInt32(), MaxTextBytes))); break;
            case PickleOpcode.ShortBinString: PushText(Encoding.Latin1.GetString(_input.ReadBytes(_input.ReadByte()))); break;
            case PickleOpcode.BinBytes: PushBytes(_input.ReadUInt32()); break;
            case PickleOpcode.ShortBinBytes: PushBytes(_input.ReadByte()); break;
            case PickleOpcode.BinBytes8: PushBytes(_input.ReadUInt64()); break;
            case PickleOpcode.ByteArray8: PushBytes(_input.ReadUInt64()); break;

            case PickleOpcode.EmptyTuple: _stack.Push(PickleTuple.Empty); break;
            case PickleOpcode.Tuple: PushTuple(_stack.PopToMark()); break;
            case PickleOpcode.Tuple1: PushTuple([_stack.Pop()]); break;
            case PickleOpcode.Tuple2: PushTuple(PopValues(2)); break;
            case PickleOpcode.Tuple3: PushTuple(PopValues(3)); break;
            case PickleOpcode.EmptyList: PushList([]); break;
            case PickleOpcode.List: PushList(_stack.PopToMark()); break;
            case PickleOpcode.Append: Append([_stack.Pop()]); break;
            case PickleOpcode.Appends: Append(_stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: PushDict([]); break;
            case PickleOpcode.Dict: PushDict(_stack.PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(PopValues(2)); break;
            case PickleOpcode.SetItems: SetItems(_stack.PopToMark()); break;
            case PickleOpcode.EmptySet: PushSet([]); break;
            case PickleOpcode.FrozenSet: PushSet(_stack.PopToMark()); break;
            case PickleOpcode.AddItems: AddItems(_stack.PopToMark()); break;

            case PickleOpcode.Get: PushMemo(PickleScalars.ReadIndexLine(_input)); break;
            case PickleOpcode.BinGet: PushMemo(_input.ReadByte()); break;
            case PickleOpcode.LongBinGet: PushMemo(_input.ReadUInt32()); break;
            case PickleOpcode.Put: Memoize(PickleScalars.ReadIndexLine(_input)); break;
            case PickleOpcode.BinPut: Memoize(_input.ReadByte()); break;
            case PickleOpcode.LongBinPut: Memoize(_input.ReadUInt32()); break;
            case PickleOpcode.Memoize: Memoize((uint)_memo.Count); break;

            case PickleOpcode.Global: _stack.Push(FindGlobal(ReadName(), ReadName())); break;
            case PickleOpcode.StackGlobal: StackGlobal(); break;
            case PickleOpcode.Inst: Push(_factory.Call(FindGlobal(ReadName(), ReadName()), new PickleTuple(_stack.PopToMark()))); break;
            case PickleOpcode.Obj: CallMarked(_stack.PopToMark()); break;
            case PickleOpcode.Reduce:
            case PickleOpcode.NewObj: CallTop(_stack.Pop<PickleTuple>("a tuple of arguments")); break;
            case PickleOpcode.NewObjEx: CallWithoutKeywords(_stack.Pop<PickleDict>("keyword arguments")); break;
            case PickleOpcode.Build: SetState(_stack.Pop()); break;
            case PickleOpcode.BinPersId: Push(_factory.LoadPersistent(_stack.Pop())); break;

            case PickleOpcode.Ext1: throw RefuseExtension(_input.ReadByte());
            case PickleOpcode.Ext2: throw RefuseExtension(_input.ReadUInt16());
            case PickleOpcode.Ext4: throw RefuseExtension(_input.ReadUInt32());
            case PickleOpcode.PersId:
            case PickleOpcode.NextBuffer:
            case PickleOpcode.ReadOnlyBuffer: throw new PickleDataException($"the pickle operation {opcode} has no meaning in a PyTorch file");
            default: throw new PickleDataException($"0x{(byte)opcode:X2} is not a pickle operation");
        }
    }

    private static void CheckProtocol(byte protocol)
    {
        if (protocol > MaxProtocol)
        {
            throw new PickleDataException($"pickle protocol {protocol} is not known");
        }
    }

    private void CheckFrame(ulong length)
    {
        if (length > (ulong)_input.Remaining)
        {
            throw new PickleDataException($"a frame claims {length} bytes, but only {_input.Remaining} are left");
        }
    }

    private void Push(object? value)
    {
        _budget.Charge(ContainerBytes);
        _stack.Push(value);
    }

    private void PushNumber(object value)
    {
        _budget.Charge(NumberBytes);
        _stack.Push(value);
    }

    private void PushText(string text)
    {
        _budget.Charge(NumberBytes + (sizeof(char) * (long)text.Length));
        _stack.Push(text);
    }

    private void PushBytes(ulong count)
    {
        var bytes = _input.ReadBytes(count, MaxTextBytes);
        _budget.Charge(NumberBytes + bytes.Length);
        _stack.Push(bytes);
    }

    private object?[] PopValues(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            values[i] = _stack.Pop();
        }

        return values;
    }

    private void PushTuple(object?[] items)
    {
        _budget.Charge(TupleBytes + (sizeof(long) * items.Length));
        _stack.Push(new PickleTuple(items));
    }

    private void PushList(object?[] items)
    {
        var list = new PickleList();
        Push(list);
        Append(items);
    }

    private void Append(object?[] items)
    {
        _budget.Charge(2L * sizeof(long) * items.Length);
        _stack.Peek<PickleList>("a list").Items.AddRange(items);
    }

    private void PushDict(object?[] items)
    {
        Push(new PickleDict());
        SetItems(items);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw new PickleDataException("a dictionary key has no value");
        }

        _budget.Charge((long)EntryBytes * items.Length / 2);
        var dictionary = _stack.Peek<PickleDict>("a dictionary");
        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Set(items[i], items[i + 1]);
        }
    }

    private void PushSet(object?[] items)
    {
        Push(new PickleSet([]));
        AddItems(items);
    }

    private void AddItems(object?[] items)
    {
        _budget.Charge(2L * sizeof(long) * items.Length);
        _stack.Peek<PickleSet>("a set").Items.AddRange(items);
    }

    private void Memoize(uint index)
    {
        _budget.Charge(EntryBytes);
        _memo[index] = _stack.Peek();
    }

    private void PushMemo(uint index)
    {
        if (!_memo.TryGetValue(index, out var value))
        {
            throw new PickleDataException($"memo entry {index} was never stored");
        }

        _stack.Push(value);
    }

    private string ReadName() => PickleScalars.DecodeUtf8(_input.ReadLine(MaxNameBytes));

    private void StackGlobal()
    {
        var name = _stack.Pop<string>("a name");
        var module = _stack.Pop<string>("a module name");
        _stack.Push(FindGlobal(module, name));
    }

    private TorchGlobal FindGlobal(string module, string name)
    {
        var fullName = $"{module}.{name}";
        if (fullName.Length > 2 * MaxNameBytes)
        {
            throw new PickleDataException("a global name is too long");
        }

        return TorchGlobals.Find(fullName) ?? throw UnsafeGlobal.Refuse(_input.Source, fullName);
    }

    private UnsafeWeightsException RefuseExtension(uint code) => UnsafeGlobal.Refuse(_input.Source, $"copyreg extension {code}");

    private void CallTop(PickleTuple arguments)
    {
        var callable = _stack.Pop<TorchGlobal>("something that can be called");
        Push(_factory.Call(callable, arguments));
    }

    private void CallMarked(object?[] items)
    {
        if (items is not [TorchGlobal callable, .. var arguments])
        {
            throw new PickleDataException("an operation needs a class on the stack");
        }

        Push(_factory.Call(callable, new PickleTuple(arguments)));
    }

    private void CallWithoutKeywords(PickleDict keywords)
    {
        if (keywords.Count > 0)
        {
            throw new PickleDataException("keyword arguments are not supported");
        }

        CallTop(_stack.Pop<PickleTuple>("a tuple of arguments"));
    }

    private void SetState(object? state) => _factory.SetState(_stack.Peek(), state);
}
