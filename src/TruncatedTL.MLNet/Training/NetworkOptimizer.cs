using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>One of TorchSharp's optimisers over groups of parameters, whose learning rates follow a common factor.</summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private const double Momentum = 0.9;

    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly Parameter[] _parameters;
    private readonly optim.Optimizer _optimizer;
    private readonly double? _clipNorm;

    /// <summary>Creates the optimiser. Its state lives until <see cref="Dispose"/>.</summary>
    public NetworkOptimizer(IReadOnlyList<ParameterGroup> groups, OptimizerKind kind, double? gradientClipNorm)
    {
        _groups = groups;
        _parameters = [.. groups.SelectMany(group => group.Parameters)];
        _clipNorm = gradientClipNorm;
        _optimizer = kind switch
        {
            OptimizerKind.Adam => optim.Adam(groups.Select(group => new Adam.ParamGroup
            {
                Parameters = group.Parameters,
                Options = new Adam.Options { LearningRate = group.LearningRate, weight_decay = group.WeightDecay },
            })),
            OptimizerKind.AdamW => optim.AdamW(groups.Select(group => new AdamW.ParamGroup
            {
                Parameters = group.Parameters,
                Options = new AdamW.Options { LearningRate = group.LearningRate, weight_decay = group.WeightDecay },
            })),
            OptimizerKind.Sgd => optim.SGD(
                groups.Select(group => new SGD.ParamGroup
                {
                    Parameters = group.Parameters,
                    Options = new SGD.Options { LearningRate = group.LearningRate, weight_decay = group.WeightDecay },
                }),
                groups[0].LearningRate,
                Momentum,
                nesterov: true),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown optimiser."),
        };
    }

    /// <summary>Sets each group's learning rate to its own rate times a factor.</summary>
    public void SetLearningRateFactor(double factor)
    {
        foreach (var (group, own) in _optimizer.ParamGroups.Zip(_groups))
        {
            group.LearningRate = own.LearningRate * factor;
        }
    }

    /// <summary>Clips the gradients, moves the parameters and drops the gradients.</summary>
    public void Step()
    {
        if (_clipNorm is { } limit)
        {
            ClipGradients(limit);
        }

        using (NewDisposeScope())
        {
            _optimizer.step();
        }

        DropGradients();
    }

    /// <summary>Frees the gradients. The next backward pass then writes them instead of adding to zeros.</summary>
    public void DropGradients()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Whether all parameters are finite: the last step of an epoch may spoil them without the loss showing it.</summary>
    public bool ParametersAreFinite()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return stack(_parameters.Select(parameter => parameter.abs().max())).isfinite().all().item<bool>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        DropGradients();
        _optimizer.Dispose();
    }

    // Stays on the device: unlike clip_grad_norm_ it never waits for the norm's value.
    private void ClipGradients(double limit)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var all = _parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var norm = stack(all.Select(gradient => linalg.vector_norm(gradient, 2, null, false))).norm();
        var factor = (limit / (norm + 1e-6)).clamp_max(1);
        foreach (var gradient in all)
        {
            gradient.mul_(factor);
        }
    }
}
