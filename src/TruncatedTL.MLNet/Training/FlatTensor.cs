using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// One block of memory for values that belong to many parameters, with a view of it per parameter that has the parameter's
/// shape and memory order. What is done to all of them is one operation on the block, and nothing is allocated per step:
/// freeing and allocating blocks of changing sizes in every step fragments the heap of glibc by gigabytes.
/// </summary>
internal sealed class FlatTensor : IDisposable
{
    private readonly Tensor[] _views;

    /// <summary>Allocates zeros for parameters.</summary>
    /// <exception cref="ArgumentException">The memory of a parameter has gaps; any order of axes is allowed.</exception>
    public FlatTensor(IReadOnlyList<Tensor> parameters)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        All = zeros(parameters.Sum(parameter => parameter.numel()), ScalarType.Float32, parameters[0].device).DetachFromDisposeScope();
        _views = new Tensor[parameters.Count];
        var offset = 0L;
        for (var i = 0; i < _views.Length; i++)
        {
            RequireDense(parameters[i]);
            _views[i] = All.as_strided(parameters[i].shape, parameters[i].stride(), offset).DetachFromDisposeScope();
            offset += parameters[i].numel();
        }
    }

    /// <summary>The block, [all values].</summary>
    public Tensor All { get; }

    /// <summary>The part of each parameter.</summary>
    public IReadOnlyList<Tensor> Views => _views;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var view in _views)
        {
            view.Dispose();
        }

        All.Dispose();
    }

    private static void RequireDense(Tensor parameter)
    {
        var lastOffset = parameter.shape.Zip(parameter.stride(), (length, stride) => (length - 1) * stride).Sum();
        if (lastOffset != parameter.numel() - 1)
        {
            throw new ArgumentException($"A parameter of shape [{string.Join(", ", parameter.shape)}] does not lie densely in memory.", nameof(parameter));
        }
    }
}
