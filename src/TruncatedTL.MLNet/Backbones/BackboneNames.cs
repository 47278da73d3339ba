namespace TruncatedTL.MLNet.Backbones;

/// <summary>The registered names of the backbones, as constants.</summary>
public static class BackboneNames
{
    /// <summary>ResNet-18 (He et al. 2015), 11.2M parameters, 9 cuts.</summary>
    public const string ResNet18 = "resnet18";

    /// <summary>ResNet-34 (He et al. 2015), 21.3M parameters, 17 cuts.</summary>
    public const string ResNet34 = "resnet34";

    /// <summary>ResNet-50 (He et al. 2015, stride in the 3x3 convolution), 23.5M parameters, 17 cuts.</summary>
    public const string ResNet50 = "resnet50";

    /// <summary>ResNet-101 (He et al. 2015, stride in the 3x3 convolution), 42.5M parameters, 34 cuts.</summary>
    public const string ResNet101 = "resnet101";
}
