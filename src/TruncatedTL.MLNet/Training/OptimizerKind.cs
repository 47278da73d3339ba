namespace TruncatedTL.MLNet.Training;

/// <summary>The rule that turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2014), betas 0.9 and 0.999; weight decay is added to the gradient (L2 penalty).</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter 2017), betas 0.9 and 0.999; weight decay shrinks the weights apart from the gradient.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with Nesterov momentum 0.9; weight decay is added to the gradient (L2 penalty).</summary>
    Sgd,
}
