#!/usr/bin/env python3
"""Writes the parity fixtures of this folder with torchvision (0.14 from Debian 12's python3-torchvision was used).

    python3 make_parity.py

Weights and images are computed, not stored. h(name) = sum of (j + 1) * byte j of the name, modulo 1000;
s(name, i) = sin(0.37 i + h(name)). Convolutions and linear layers: 0.9 sqrt(2 / fan_in) s; biases 0.1 s; normalisation
weights 1 + 0.1 s; running_mean 0.1 s; running_var 1 + 0.5 |s|. Images: sin(0.013 i). All float32.

Volume networks are torchvision's image networks whose modules were exchanged for their 3D counterparts; shortcuts of type A
take every second position and append zero channels. MONAI's DenseNet has the same layers under other names.
"""
import hashlib
import json
import math
import os

import numpy
import torch
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUTS = 10


def formula(name, shape):
    phase = sum((j + 1) * b for j, b in enumerate(name.encode("utf-8"))) % 1000
    s = numpy.sin(0.37 * numpy.arange(int(numpy.prod(shape)), dtype=numpy.float64) + phase)
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    if name.endswith("running_mean") or name.endswith(".bias"):
        values = 0.1 * s
    elif name.endswith("running_var"):
        values = 1 + 0.5 * numpy.abs(s)
    elif len(shape) == 1:
        values = 1 + 0.1 * s
    else:
        values = s * math.sqrt(2 / numpy.prod(shape[1:])) * 0.9
    return torch.from_numpy(values.astype(numpy.float32)).reshape(shape)


def images(shape):
    values = numpy.sin(0.013 * numpy.arange(int(numpy.prod(shape)), dtype=numpy.float64))
    return torch.from_numpy(values.astype(numpy.float32)).reshape(shape)


def fill(module, rename=lambda name: name):
    state = module.state_dict()
    module.load_state_dict({name: formula(rename(name), tuple(value.shape)) for name, value in state.items()})
    module.eval()


class ZeroPadShortcut(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x):
        x = x[:, :, :: self.stride, :: self.stride, :: self.stride]
        missing = torch.zeros(x.shape[0], self.channels - x.shape[1], *x.shape[2:])
        return torch.cat([x, missing], 1)


def to_volumes(module):
    """Exchanges the 2D modules inside a module for 3D ones of the same sizes."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            new = nn.Conv3d(child.in_channels, child.out_channels, child.kernel_size[0], child.stride[0], child.padding[0], bias=child.bias is not None)
        elif isinstance(child, nn.BatchNorm2d):
            new = nn.BatchNorm3d(child.num_features)
        elif isinstance(child, nn.MaxPool2d):
            new = nn.MaxPool3d(child.kernel_size, child.stride, child.padding)
        elif isinstance(child, nn.AvgPool2d):
            new = nn.AvgPool3d(child.kernel_size, child.stride)
        elif isinstance(child, nn.AdaptiveAvgPool2d):
            new = nn.AdaptiveAvgPool3d(1)
        else:
            to_volumes(child)
            continue
        setattr(module, name, new)
    return module


def resnet_volume(block, layers, shortcut, depth_stride=2):
    net = to_volumes(ResNet(block, layers, num_classes=OUTPUTS))
    net.conv1 = nn.Conv3d(1, 64, 7, (depth_stride, 2, 2), 3, bias=False)
    if shortcut == "A":
        for stage in (net.layer2, net.layer3, net.layer4):
            stage[0].downsample = ZeroPadShortcut(stage[0].conv2.out_channels, 2)
    return net


def densenet_volume():
    net = to_volumes(torchvision.models.densenet121(num_classes=OUTPUTS))
    net.features.conv0 = nn.Conv3d(1, 64, 7, 2, 3, bias=False)
    return net


def monai_name(name):
    if name.startswith("classifier."):
        return "class_layers.out." + name[len("classifier."):]
    parts = name.split(".")
    if len(parts) > 3 and parts[2].startswith("denselayer"):
        parts.insert(3, "layers")
    return ".".join(parts)


def resnet_steps(net):
    yield "stem", nn.Sequential(net.conv1, net.bn1, net.relu, net.maxpool)
    for stage in range(1, 5):
        for index, block in enumerate(getattr(net, f"layer{stage}")):
            yield f"layer{stage}.{index}", block


class AppendNew(nn.Module):
    """A dense layer that appends what it computes to what it read."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return torch.cat([x, self.layer(x)], 1)


def densenet_steps(net):
    features = net.features
    yield "stem", nn.Sequential(features.conv0, features.norm0, features.relu0, features.pool0)
    for block in range(1, 5):
        layers = list(getattr(features, f"denseblock{block}").children())
        for index, layer in enumerate(layers):
            last = index == len(layers) - 1
            yield f"denseblock{block}" if last else f"denseblock{block}.denselayer{index + 1}", AppendNew(layer)
        if block < 4:
            yield f"transition{block}", getattr(features, f"transition{block}")
    yield "norm5", nn.Sequential(features.norm5, nn.ReLU())


def mobilenet_steps(net):
    for index, block in enumerate(net.features):
        yield f"features.{index}", block


def efficientnet_steps(net):
    for index, stage in enumerate(net.features):
        if index in (0, len(net.features) - 1):
            yield f"features.{index}", stage
            continue
        for number, block in enumerate(stage):
            last = number == len(stage) - 1
            yield f"features.{index}" if last else f"features.{index}.{number}", block


def closing(channels, rank):
    """Batch normalisation and ReLU that close a cut inside a dense block."""
    module = nn.Sequential((nn.BatchNorm2d if rank == 2 else nn.BatchNorm3d)(channels), nn.ReLU())
    fill(module, lambda name: "closing.norm" + name[1:])
    return module


def first8(tensor):
    return [[round(float(v), 6) for v in row[:8]] for row in tensor]


def write(model, net, steps, head, shape, every=1, rename=lambda name: name, inner=False, depth_stride=None):
    fill(net, rename)
    steps = list(steps(net))
    cuts = []
    with torch.no_grad():
        x = images(shape)
        for index, (name, module) in enumerate(steps):
            x = module(x)
            is_inner = "denselayer" in name
            if (is_inner and not inner) or (index % every and index != len(steps) - 1):
                continue
            at_cut = closing(x.shape[1], x.dim() - 2)(x) if is_inner else x
            cuts.append({
                "name": name,
                "output_shape": list(at_cut.shape[1:]),
                "mean": float(at_cut.mean()),
                "std": float(at_cut.std()),
                "pooled_first8": first8(at_cut.flatten(2).mean(2)),
            })
        logits = head(net)(x.flatten(2).mean(2))
    lines = [f"{rename(name)}[{', '.join(map(str, value.shape))}]" for name, value in net.state_dict().items()]
    reference = {
        "model": model,
        "source": f"torchvision {torchvision.__version__}",
        "input_shape": list(shape),
        "outputs": OUTPUTS,
        "tensor_count": len(lines),
        "parameters_sha256": hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest(),
        "trainable": sum(p.numel() for p in net.parameters()),
        "logits_first8": first8(logits),
        "cuts": cuts,
    }
    suffix = ""
    if depth_stride is not None:
        reference["stem_depth_stride"] = depth_stride
        suffix = f"_depth_stride_{depth_stride}"
    with open(os.path.join(HERE, f"{model}{suffix}.json"), "w") as file:
        head_line = json.dumps({k: v for k, v in reference.items() if k != "cuts"})[:-1]
        rows = ",\n  ".join(json.dumps(cut) for cut in cuts)
        file.write(f'{head_line}, "cuts": [\n  {rows}\n]}}\n')
    print(model, reference["trainable"], len(cuts), "cuts")


def main():
    torch.set_num_threads(2)
    tv = torchvision.models
    picture, volume = (2, 3, 64, 64), (2, 1, 16, 40, 32)
    fc = lambda net: net.fc
    classifier = lambda net: net.classifier
    last = lambda net: net.classifier[-1]
    write("resnet34", tv.resnet34(num_classes=OUTPUTS), resnet_steps, fc, picture, every=4)
    write("resnet101", tv.resnet101(num_classes=OUTPUTS), resnet_steps, fc, picture, every=8)
    write("densenet121", tv.densenet121(num_classes=OUTPUTS), densenet_steps, classifier, picture, every=7, inner=True)
    write("densenet169", tv.densenet169(num_classes=OUTPUTS), densenet_steps, classifier, picture)
    write("densenet201", tv.densenet201(num_classes=OUTPUTS), densenet_steps, classifier, picture)
    write("mobilenet_v2", tv.mobilenet_v2(num_classes=OUTPUTS), mobilenet_steps, last, picture)
    write("efficientnet_b0", tv.efficientnet_b0(num_classes=OUTPUTS), efficientnet_steps, last, picture)
    write("resnet10_3d", resnet_volume(BasicBlock, [1, 1, 1, 1], "B"), resnet_steps, fc, volume)
    write("resnet10_3d", resnet_volume(BasicBlock, [1, 1, 1, 1], "B", 1), resnet_steps, fc, volume, depth_stride=1)
    write("resnet18_3d", resnet_volume(BasicBlock, [2, 2, 2, 2], "A"), resnet_steps, fc, volume)
    write("resnet18_3d_b", resnet_volume(BasicBlock, [2, 2, 2, 2], "B"), resnet_steps, fc, volume, every=4)
    write("resnet34_3d", resnet_volume(BasicBlock, [3, 4, 6, 3], "A"), resnet_steps, fc, volume, every=4)
    write("resnet34_3d_b", resnet_volume(BasicBlock, [3, 4, 6, 3], "B"), resnet_steps, fc, volume, every=8)
    write("resnet50_3d", resnet_volume(Bottleneck, [3, 4, 6, 3], "B"), resnet_steps, fc, volume, every=4)
    write("densenet121_3d", densenet_volume(), densenet_steps, classifier, (2, 1, 32, 40, 32), every=7, inner=True, rename=monai_name)


if __name__ == "__main__":
    main()
