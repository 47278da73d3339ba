namespace TruncatedTL.MLNet.Weights.PyTorch;

/// <summary>
/// The complete list of names that a PyTorch file may refer to. A name outside it is refused before anything is done.
/// </summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<string, TorchGlobal> Allowed = Build();

    /// <summary>The global of that full name, or null where it is not allowed.</summary>
    public static TorchGlobal? Find(string fullName) => Allowed.GetValueOrDefault(fullName);

    private static Dictionary<string, TorchGlobal> Build()
    {
        var globals = new Dictionary<string, TorchGlobal>(StringComparer.Ordinal);

        // Counter, a dict of counts, is what learning-rate schedules leave in training checkpoints.
        Add(TorchGlobalKind.OrderedDict, "collections.OrderedDict", "collections.Counter");
        Add(TorchGlobalKind.Set, "builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset");
        Add(TorchGlobalKind.Size, "torch.Size");
        Add(TorchGlobalKind.Device, "torch.device");
        Add(TorchGlobalKind.Parameter, "torch.nn.parameter.Parameter");
        Add(TorchGlobalKind.RebuildTensor, "torch._utils._rebuild_tensor");
        Add(TorchGlobalKind.RebuildTensorV2, "torch._utils._rebuild_tensor_v2");
        Add(TorchGlobalKind.RebuildTensorV3, "torch._utils._rebuild_tensor_v3");
        Add(TorchGlobalKind.RebuildParameter, "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state");
        Add(TorchGlobalKind.CodecsEncode, "_codecs.encode");
        Add(TorchGlobalKind.NumpyScalar, "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar");
        Add(TorchGlobalKind.NumpyType, "numpy.dtype");

        AddStorage(TensorElementType.Float32, "FloatStorage");
        AddStorage(TensorElementType.Float64, "DoubleStorage");
        AddStorage(TensorElementType.Float16, "HalfStorage");
        AddStorage(TensorElementType.BFloat16, "BFloat16Storage");
        AddStorage(TensorElementType.Int8, "CharStorage");
        AddStorage(TensorElementType.UInt8, "ByteStorage");
        AddStorage(TensorElementType.Int16, "ShortStorage");
        AddStorage(TensorElementType.Int32, "IntStorage");
        AddStorage(TensorElementType.Int64, "LongStorage");
        AddStorage(TensorElementType.Bool, "BoolStorage");
        foreach (var name in (string[])["ComplexFloatStorage", "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage"])
        {
            // Known, but not supported: better named as such than refused as unsafe.
            AddStorage(null, name);
        }

        foreach (var name in (string[])["UntypedStorage", "_UntypedStorage", "TypedStorage", "_TypedStorage"])
        {
            // Without a type of its own a storage is counted in bytes; the tensor brings the element type.
            AddElement(TorchGlobalKind.StorageType, TensorElementType.UInt8, $"torch.storage.{name}");
        }

        AddDataType(TensorElementType.Float32, "float32", "float");
        AddDataType(TensorElementType.Float64, "float64", "double");
        AddDataType(TensorElementType.Float16, "float16", "half");
        AddDataType(TensorElementType.BFloat16, "bfloat16");
        AddDataType(TensorElementType.Int8, "int8");
        AddDataType(TensorElementType.UInt8, "uint8");
        AddDataType(TensorElementType.Int16, "int16", "short");
        AddDataType(TensorElementType.UInt16, "uint16");
        AddDataType(TensorElementType.Int32, "int32", "int");
        AddDataType(TensorElementType.UInt32, "uint32");
        AddDataType(TensorElementType.Int64, "int64", "long");
        AddDataType(TensorElementType.UInt64, "uint64");
        AddDataType(TensorElementType.Bool, "bool");
        AddDataType(
            null, "complex32", "complex64", "cfloat", "complex128", "cdouble", "chalf", "quint8", "qint8", "qint32",
            "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz");
        return globals;

        void Add(TorchGlobalKind kind, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                globals.Add(name, new TorchGlobal(kind, name));
            }
        }

        void AddElement(TorchGlobalKind kind, TensorElementType? elementType, string name) =>
            globals.Add(name, new TorchGlobal(kind, name, elementType));

        void AddStorage(TensorElementType? elementType, string name)
        {
            AddElement(TorchGlobalKind.StorageType, elementType, $"torch.{name}");
            AddElement(TorchGlobalKind.StorageType, elementType, $"torch.cuda.{name}");
        }

        void AddDataType(TensorElementType? elementType, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                AddElement(TorchGlobalKind.ElementType, elementType, $"torch.{name}");
            }
        }
    }
}
