using TorchSharp;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Sets libtorch's switches for TensorFloat-32, which hold for the whole process, and puts them back when it is disposed. Only for a GPU; otherwise nothing is touched.</summary>
internal sealed class TensorFloat32Setting : IDisposable
{
    private readonly (bool Matrices, bool Convolutions)? _before;

    public TensorFloat32Setting(Device device, bool isAllowed)
    {
        if (device.type != DeviceType.CUDA)
        {
            return;
        }

        _before = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        Set(isAllowed, isAllowed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_before is var (matrices, convolutions))
        {
            Set(matrices, convolutions);
        }
    }

    private static void Set(bool matrices, bool convolutions)
    {
        backends.cuda.matmul.allow_tf32 = matrices;
        backends.cudnn.allow_tf32 = convolutions;
    }
}
