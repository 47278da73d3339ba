using TorchSharp;
using TorchSharp.Modules;
using TruncatedTL.MLNet.Networks;
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
    private const string FirstName = "first";
    private const string SecondName = "second";

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

    // Takes Adam's steps on a CPU, and needs no divisor in memory.
    private readonly AdamKernel? _kernel;
    private double _factor = 1;

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
        _kernel = _second is not null && AdamKernel.CanReach(_parameters) ? new AdamKernel(_parameters, _gradients, _first, _second, Beta1, Beta2) : null;
        _divisor = _second is null || _kernel is not null ? null : new FlatTensor(_parameters);
        for (var i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].grad = _gradients.Views[i];
        }
    }

    /// <summary>Steps made so far, on which Adam's bias corrections depend.</summary>
    public int Steps { get; private set; }

    /// <summary>What the optimiser remembers of earlier gradients, one block of all parameters each: they belong to it.</summary>
    public IEnumerable<(string Name, Tensor Values)> Moments => _second is null
        ? [(FirstName, _first.All)]
        : [(FirstName, _first.All), (SecondName, _second.All)];

    /// <summary>Goes on from the moments of an optimiser of the same parameters.</summary>
    /// <param name="steps">Steps that it had made.</param>
    /// <param name="moments">Its moments.</param>
    /// <exception cref="InvalidDataException">They are those of another optimiser.</exception>
    public void Resume(int steps, TensorBackup moments)
    {
        Steps = steps;
        moments.Restore(name => Moments.FirstOrDefault(moment => moment.Name == name).Values ?? throw new InvalidDataException($"The optimiser has no moment '{name}'."));
    }

    /// <summary>Sets each group's learning rate to its own rate times a factor.</summary>
    public void SetLearningRateFactor(double factor) => _factor = factor;

    /// <summary>Clips the gradients, moves the parameters and sets the gradients to zero.</summary>
    public void Step()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
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
    }

    /// <summary>
    /// Whether all parameters and moments are finite: the last step of an epoch may spoil them without the loss showing it, and a squared
    /// gradient that is infinite holds its parameter still for ever.
    /// </summary>
    public bool IsFinite()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return stack(_parameters.Select(parameter => parameter.sum()).Concat(Moments.Select(moment => moment.Values.abs().max()))).isfinite().all().item<bool>();
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
        _kernel?.Dispose();
    }

    // Kingma and Ba 2014, algorithm 1, with both bias corrections moved into the step's length and epsilon.
    private void StepAdam()
    {
        if (_kind == OptimizerKind.Adam)
        {
            AddDecayToGradients();
        }

        var correction = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        var coefficients = _parameters.Select((_, i) => Coefficients(i, correction)).ToArray();
        if (_kernel is not null)
        {
            _kernel.Step(coefficients);
            return;
        }

        using Scalar keptFirst = Beta1;
        using Scalar addedFirst = 1 - Beta1;
        using Scalar keptSecond = Beta2;
        using Scalar addedSecond = 1 - Beta2;
        using Scalar epsilon = Epsilon * correction;
        _first.All.mul_(keptFirst).add_(_gradients.All, addedFirst);
        _second!.All.mul_(keptSecond).addcmul_(_gradients.All, _gradients.All, addedSecond);
        _divisor!.All.copy_(_second.All).sqrt_().add_(epsilon, Scalars.One);
        for (var i = 0; i < _parameters.Length; i++)
        {
            using Scalar kept = coefficients[i].Kept;
            using Scalar step = coefficients[i].Step;
            _parameters[i].mul_(kept).addcdiv_(_first.Views[i], _divisor.Views[i], step);
        }

        _gradients.All.zero_();
    }

    private AdamCoefficients Coefficients(int parameter, double correction)
    {
        var rate = _learningRates[parameter] * _factor;
        var decay = _kind == OptimizerKind.AdamW ? rate * _weightDecays[parameter] : 0;
        return new AdamCoefficients((float)(-rate * correction / (1 - Math.Pow(Beta1, Steps))), (float)(1 - decay), (float)(Epsilon * correction));
    }

    // Nesterov momentum as PyTorch writes it: the velocity is without the learning rate, the step is gradient + momentum x velocity.
    private void StepSgd()
    {
        AddDecayToGradients();
        using Scalar momentum = Momentum;
        _first.All.mul_(momentum).add_(_gradients.All, Scalars.One);
        _gradients.All.add_(_first.All, momentum);
        for (var i = 0; i < _parameters.Length; i++)
        {
            using Scalar step = -_learningRates[i] * _factor;
            _parameters[i].add_(_gradients.Views[i], step);
        }

        _gradients.All.zero_();
    }

    private void AddDecayToGradients()
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (_weightDecays[i] > 0)
            {
                using Scalar decay = _weightDecays[i];
                _gradients.Views[i].add_(_parameters[i], decay);
            }
        }
    }

    // Stays on the device: unlike clip_grad_norm_ it never waits for the norm's value.
    private void ClipGradients(double limit)
    {
        using Scalar smallest = 1e-6;
        using Scalar numerator = limit;
        var factor = _gradients.All.norm().add(smallest, Scalars.One).reciprocal().mul(numerator).clamp_max(Scalars.One);
        _gradients.All.mul_(factor);
    }
}
