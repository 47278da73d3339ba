using System.Runtime.InteropServices;
using TorchSharp;
using TruncatedTL.MLNet.Networks;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>Brings batches to the device and into the form that the network reads. Each method returns a new tensor, which is the caller's.</summary>
internal sealed class BatchUploader
{
    private readonly ImageStore _images;
    private readonly float[] _factor;
    private readonly float[] _offset;
    private readonly Device _device;
    private readonly long[] _perChannel;

    /// <summary>Creates an uploader.</summary>
    /// <param name="images">The store that batches come from.</param>
    /// <param name="normalization">How pixel values become the network's input.</param>
    /// <param name="device">Where the network is.</param>
    public BatchUploader(ImageStore images, PixelNormalization normalization, Device device)
    {
        _images = images;
        _device = device;
        (_factor, _offset) = normalization.ForChannels(images.Channels);
        _perChannel = [1, images.Channels, .. images.Spatial.Select(_ => 1L)];
    }

    /// <summary>Pixel values as float32 on the device, [images, C, ...]. Bytes travel as bytes and are widened there.</summary>
    public Tensor Upload(HostBatch batch)
    {
        using var scope = NewDisposeScope();
        long[] shape = [batch.ImageCount, .. _images.Shape.Select(length => (long)length)];
        var isByte = _images.ElementType == ImageElementType.Byte;
        var local = empty(shape, isByte ? ScalarType.Byte : ScalarType.Float32);
        var source = isByte ? batch.Bytes.AsSpan() : MemoryMarshal.AsBytes(batch.Singles.AsSpan());
        var target = local.bytes;
        source[..target.Length].CopyTo(target);
        return ToDevice(local).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // From memory that the system cannot move, a GPU fetches the batch while the program goes on; libtorch keeps that memory until it has.
    private Tensor ToDevice(Tensor local) =>
        _device.type == DeviceType.CUDA ? local.pin_memory().to(_device, non_blocking: true) : local.to(_device);

    /// <summary>Normalised images, [images, C, ...].</summary>
    /// <param name="pixels">Pixel values, [images, C, ...].</param>
    public Tensor Normalize(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var factor = tensor(_factor, device: _device).reshape(_perChannel);
        var offset = tensor(_offset, device: _device).reshape(_perChannel);
        return addcmul(offset, pixels, factor, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>Blends the first half of the images with the second half, [2N, C, ...] to [N, C, ...].</summary>
    /// <param name="images">Images and partners.</param>
    /// <param name="shares">Share of the first image in each blend, at least N.</param>
    public Tensor Mix(Tensor images, float[] shares)
    {
        using var scope = NewDisposeScope();
        var count = images.shape[0] / 2;
        var share = tensor(shares[..(int)count], device: _device).reshape([count, .. _perChannel.Skip(1).Select(_ => 1L)]);
        return lerp(images.narrow(0, count, count), images.narrow(0, 0, count), share).MoveToOuterDisposeScope();
    }
}
