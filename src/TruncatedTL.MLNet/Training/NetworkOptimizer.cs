using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TruncatedTL.MLNet.Training;

/// <summary>
/// Adam, AdamW or SGD over groups of parameters, whose learning rates follow a common factor; the same rules as PyTorch's.
/// TorchSharp's own optimisers allocate several times the size of the network in each step, and with that the memory of the
/// process grew without end on glibc (<see cref="FlatTensor"/>). It owns the parameters' gradients until it is disposed.
/// </summary>
internal sealed class NetworkOptimizer : IDisposable
{
    private const double Momentum = 0.9;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly OptimizerKind _kind;
    private readonly double? _clipNorm;
    private readonly Parameter[] _parameters;
    private readonly double[] _learningRates;
    private readonly double[] _weightDecays;
    private readonly FlatTensor _gradients;

    // Adam: means of the gradient and of its square, and the divisor of the step; SGD: the velocity.
    private readonly FlatTensor _first;
    private readonly FlatTensor? _second;
    private readonly FlatTensor? _divisor;
    private double _factor = 1;
    private int _steps;

    /// <summary>Creates the optimiser; the parameters' gradients become zero.</summary>
    public NetworkOptimizer(IReadOnlyList<ParameterGroup> groups, OptimizerKind kind, double? gradientClipNorm)
    {
        _kind = kind;
        _clipNorm = gradientClipNorm;
        _parameters = [.. groups.SelectMany(group => group.Parameters)];
        _learningRates = [.. groups.SelectMany(group => group.Parameters.Select(_ => group.LearningRate))];
        _weightDecays = [.. groups.SelectMany(group => group.Parameters.Select(_ => group.WeightDecay))];
        _gradients = new FlatTensor(_parameters);
        _first = new FlatTensor(_parameters);
        _second = kind == OptimizerKind.Sgd ? null : new FlatTensor(_parameters);
        _divisor = kind == OptimizerKind.Sgd ? null : new FlatTensor(_parameters);
        for (var i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].grad = _gradients.Views[i];
        }
    }

    /// <summary>Sets each group's learning rate to its own rate times a factor.</summary>
    public void SetLearningRateFactor(double factor) => _factor = factor;

    /// <summary>Clips the gradients, moves the parameters and sets the gradients to zero.</summary>
    public void Step()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        if (_clipNorm is { } limit)
        {
            ClipGradients(limit);
        }

        if (_kind == OptimizerKind.Sgd)
        {
            StepSgd();
        }
        else
        {
            StepAdam();
        }

        _gradients.All.zero_();
    }

    /// <summary>Whether all parameters are finite: the last step of an epoch may spoil them without the loss showing it.</summary>
    public bool ParametersAreFinite()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return stack(_parameters.Select(parameter => parameter.sum())).isfinite().all().item<bool>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            parameter.grad = null;
        }

        _gradients.Dispose();
        _first.Dispose();
        _second?.Dispose();
        _divisor?.Dispose();
    }

    // Kingma and Ba 2014, algorithm 1, with both bias corrections moved into the step's length and epsilon.
    private void StepAdam()
    {
        if (_kind == OptimizerKind.Adam)
        {
            AddDecayToGradients();
        }

        var correction = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        _first.All.mul_(Beta1).add_(_gradients.All, 1 - Beta1);
        _second!.All.mul_(Beta2).addcmul_(_gradients.All, _gradients.All, 1 - Beta2);
        _divisor!.All.copy_(_second.All).sqrt_().add_(Epsilon * correction);
        for (var i = 0; i < _parameters.Length; i++)
        {
            var rate = _learningRates[i] * _factor;
            if (_kind == OptimizerKind.AdamW && _weightDecays[i] > 0)
            {
                _parameters[i].mul_(1 - rate * _weightDecays[i]);
            }

            _parameters[i].addcdiv_(_first.Views[i], _divisor.Views[i], -rate * correction / (1 - Math.Pow(Beta1, _steps)));
        }
    }

    // Nesterov momentum as PyTorch writes it: the velocity is without the learning rate, the step is gradient + momentum x velocity.
    private void StepSgd()
    {
        AddDecayToGradients();
        _first.All.mul_(Momentum).add_(_gradients.All);
        _gradients.All.add_(_first.All, Momentum);
        for (var i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].add_(_gradients.Views[i], -_learningRates[i] * _factor);
        }
    }

    private void AddDecayToGradients()
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_weightDecays[i] > 0)
            {
                _gradients.Views[i].add_(_parameters[i], _weightDecays[i]);
            }
        }
    }

    // Stays on the device: unlike clip_grad_norm_ it never waits for the norm's value.
    private void ClipGradients(double limit)
    {
        var factor = (limit / (_gradients.All.norm() + 1e-6)).clamp_max(1);
        _gradients.All.mul_(factor);
    }
}
