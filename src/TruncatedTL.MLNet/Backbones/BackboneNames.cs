namespace TruncatedTL.MLNet.Backbones;

/// <summary>The registered names of the backbones, as constants. Parameter counts are of the whole backbone without a head.</summary>
public static class BackboneNames
{
    /// <summary>ResNet-18 (He et al. 2015, arXiv 1512.03385), 11.2M parameters, 9 cuts.</summary>
    public const string ResNet18 = "resnet18";

    /// <summary>ResNet-18 at half the width (32 channels in the stem), 2.8M parameters, 9 cuts: the network of the bundled weights for images.</summary>
    public const string ResNet18Narrow = "resnet18_w32";

    /// <summary>ResNet-34 (He et al. 2015, arXiv 1512.03385), 21.3M parameters, 17 cuts.</summary>
    public const string ResNet34 = "resnet34";

    /// <summary>ResNet-50 (He et al. 2015, arXiv 1512.03385, stride in the 3x3 convolution), 23.5M parameters, 17 cuts.</summary>
    public const string ResNet50 = "resnet50";

    /// <summary>ResNet-101 (He et al. 2015, arXiv 1512.03385, stride in the 3x3 convolution), 42.5M parameters, 34 cuts.</summary>
    public const string ResNet101 = "resnet101";

    /// <summary>DenseNet-121 (Huang et al. 2017, arXiv 1608.06993), 7.0M parameters, 63 cuts.</summary>
    public const string DenseNet121 = "densenet121";

    /// <summary>DenseNet-169 (Huang et al. 2017, arXiv 1608.06993), 12.5M parameters, 87 cuts.</summary>
    public const string DenseNet169 = "densenet169";

    /// <summary>DenseNet-201 (Huang et al. 2017, arXiv 1608.06993), 18.1M parameters, 103 cuts.</summary>
    public const string DenseNet201 = "densenet201";

    /// <summary>MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381), 2.2M parameters, 19 cuts.</summary>
    public const string MobileNetV2 = "mobilenet_v2";

    /// <summary>EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946), 4.0M parameters, 18 cuts.</summary>
    public const string EfficientNetB0 = "efficientnet_b0";

    /// <summary>ResNet-10 for volumes in MedicalNet's form (Chen et al. 2019, arXiv 1904.00625), shortcuts of type B, 14.4M parameters, 5 cuts.</summary>
    public const string ResNet10Volume = "resnet10_3d";

    /// <summary>ResNet-10 for volumes as <see cref="ResNet10Volume"/>, but at half the width (32 channels in the stem), 3.6M parameters, 5 cuts: the network of the bundled weights for volumes.</summary>
    public const string ResNet10VolumeNarrow = "resnet10_3d_w32";

    /// <summary>ResNet-18 for volumes in MedicalNet's form (Chen et al. 2019, arXiv 1904.00625), shortcuts of type A as its published weights, 33.0M parameters, 9 cuts.</summary>
    public const string ResNet18Volume = "resnet18_3d";

    /// <summary>ResNet-18 for volumes as <see cref="ResNet18Volume"/>, but with shortcuts of type B, 33.2M parameters, 9 cuts.</summary>
    public const string ResNet18VolumeB = "resnet18_3d_b";

    /// <summary>ResNet-34 for volumes in MedicalNet's form (Chen et al. 2019, arXiv 1904.00625), shortcuts of type A as its published weights, 63.3M parameters, 17 cuts.</summary>
    public const string ResNet34Volume = "resnet34_3d";

    /// <summary>ResNet-34 for volumes as <see cref="ResNet34Volume"/>, but with shortcuts of type B, 63.5M parameters, 17 cuts.</summary>
    public const string ResNet34VolumeB = "resnet34_3d_b";

    /// <summary>ResNet-50 for volumes in MedicalNet's form (Chen et al. 2019, arXiv 1904.00625), shortcuts of type B, 46.2M parameters, 17 cuts.</summary>
    public const string ResNet50Volume = "resnet50_3d";

    /// <summary>R3D-18 (Tran et al. 2018, arXiv 1711.11248), torchvision's video network: 3 channels, stem without a step along D, 33.2M parameters, 9 cuts.</summary>
    public const string R3D18 = "r3d_18";

    /// <summary>DenseNet-121 for volumes in MONAI's form (Huang et al. 2017, arXiv 1608.06993), 11.2M parameters, 63 cuts.</summary>
    public const string DenseNet121Volume = "densenet121_3d";
}
