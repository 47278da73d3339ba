using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>The numbers of a step of Adam that are the same for every value of a parameter.</summary>
/// <param name="Step">The step's length with both bias corrections, negative.</param>
/// <param name="Kept">The share of the parameter that decoupled weight decay leaves; 1 without.</param>
/// <param name="Epsilon">What is added to the divisor.</param>
internal readonly record struct AdamCoefficients(float Step, float Kept, float Epsilon);

/// <summary>
/// Adam's step on a CPU in one pass over the memory. As a row of libtorch's operations it goes over the whole of the network ten times, which took a tenth of a
/// bfloat16 step of ResNet-18. It rounds as those operations do, but for the square root, which libtorch does not round correctly.
/// </summary>
internal sealed unsafe class AdamKernel : IDisposable
{
    private const int PieceLength = 1 << 16;

    // Fewer values are not worth waking another thread for, nor what that allocates.
    private const long FewValues = 1 << 20;

    private readonly float _beta1;
    private readonly float _added1;
    private readonly float _beta2;
    private readonly float _added2;

    // Views of one dimension in the order of memory; they keep it alive.
    private readonly List<Tensor> _views = [];
    private readonly Piece[] _pieces;
    private readonly bool _isSmall;

    /// <summary>Prepares steps on parameters that lie densely in a CPU's memory.</summary>
    /// <param name="parameters">The parameters, float32.</param>
    /// <param name="gradients">Their gradients; zero after each step.</param>
    /// <param name="first">Means of the gradients.</param>
    /// <param name="second">Means of their squares.</param>
    /// <param name="beta1">Decay of the first.</param>
    /// <param name="beta2">Decay of the second.</param>
    public AdamKernel(IReadOnlyList<Tensor> parameters, FlatTensor gradients, FlatTensor first, FlatTensor second, double beta1, double beta2)
    {
        (_beta1, _added1, _beta2, _added2) = ((float)beta1, (float)(1 - beta1), (float)beta2, (float)(1 - beta2));
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var pieces = new List<Piece>();
        for (var i = 0; i < parameters.Count; i++)
        {
            var length = parameters[i].numel();
            var p = Address(parameters[i]);
            var g = Address(gradients.Views[i]);
            var m = Address(first.Views[i]);
            var v = Address(second.Views[i]);
            for (var start = 0L; start < length; start += PieceLength)
            {
                pieces.Add(new Piece(i, (int)Math.Min(PieceLength, length - start), p + start, g + start, m + start, v + start));
            }
        }

        _pieces = [.. pieces];
        _isSmall = pieces.Sum(piece => (long)piece.Length) < FewValues;
    }

    /// <summary>Whether parameters lie where the kernel can reach them.</summary>
    public static bool CanReach(IReadOnlyList<Tensor> parameters) =>
        parameters.All(parameter => parameter.device_type == DeviceType.CPU && parameter.dtype == ScalarType.Float32);

    /// <summary>Moves the parameters and sets the gradients to zero.</summary>
    /// <param name="coefficients">One for each parameter.</param>
    public void Step(AdamCoefficients[] coefficients)
    {
        var threads = get_num_threads();
        if (threads == 1 || _isSmall)
        {
            Array.ForEach(_pieces, piece => Step(piece, coefficients[piece.Parameter]));
            return;
        }

        Parallel.ForEach(_pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, piece => Step(piece, coefficients[piece.Parameter]));
    }

    /// <inheritdoc/>
    public void Dispose() => _views.ForEach(view => view.Dispose());

    private float* Address(Tensor tensor)
    {
        var view = tensor.detach().as_strided([tensor.numel()], [1L], tensor.storage_offset()).DetachFromDisposeScope();
        _views.Add(view);
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(view.bytes));
    }

    // Kingma and Ba 2014, algorithm 1. A product and a sum are rounded once where libtorch fuses them, and twice where it does not.
    private void Step(Piece piece, AdamCoefficients by)
    {
        var i = 0;
        var (beta1, added1, beta2, added2) = (new Vector<float>(_beta1), new Vector<float>(_added1), new Vector<float>(_beta2), new Vector<float>(_added2));
        var (step, kept, epsilon) = (new Vector<float>(by.Step), new Vector<float>(by.Kept), new Vector<float>(by.Epsilon));
        for (; i <= piece.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = Vector.Load(piece.Gradient + i);
            var m = Vector.MultiplyAddEstimate(g, added1, Vector.Load(piece.First + i) * beta1);
            var v = Vector.MultiplyAddEstimate(added2 * g, g, Vector.Load(piece.Second + i) * beta2);
            var p = (Vector.Load(piece.Values + i) * kept) + (step * m / (Vector.SquareRoot(v) + epsilon));
            Vector.Store(m, piece.First + i);
            Vector.Store(v, piece.Second + i);
            Vector.Store(p, piece.Values + i);
            Vector.Store(Vector<float>.Zero, piece.Gradient + i);
        }

        for (; i < piece.Length; i++)
        {
            var g = piece.Gradient[i];
            var m = float.MultiplyAddEstimate(g, _added1, piece.First[i] * _beta1);
            var v = float.MultiplyAddEstimate(_added2 * g, g, piece.Second[i] * _beta2);
            piece.Values[i] = (piece.Values[i] * by.Kept) + (by.Step * m / (MathF.Sqrt(v) + by.Epsilon));
            piece.First[i] = m;
            piece.Second[i] = v;
            piece.Gradient[i] = 0;
        }
    }

    // A part of one parameter.
    private readonly struct Piece(int parameter, int length, float* values, float* gradient, float* first, float* second)
    {
        public int Parameter { get; } = parameter;

        public int Length { get; } = length;

        public float* Values { get; } = values;

        public float* Gradient { get; } = gradient;

        public float* First { get; } = first;

        public float* Second { get; } = second;
    }
}
