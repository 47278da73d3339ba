"""Writes ResizeReference.cs: images resized by PyTorch, torchvision and Pillow, as values to compare with.

Run by hand where those three are installed:  python3 make_resize_reference.py > ResizeReference.cs
Written with PyTorch 1.13.1, torchvision 0.14.1 and Pillow 9.4.0.
"""
import numpy
import torch
import torch.nn.functional as functional
from PIL import Image
from torchvision.transforms import functional as vision


def source_bytes(shape):
    """Fixed pixels without symmetry; ResizeReference.SourceBytes is the same rule."""
    index = numpy.arange(int(numpy.prod(shape)), dtype=numpy.int64)
    return ((index * 37 + index * index % 101 * 5 + 11) % 256).astype(numpy.uint8).reshape(shape)


def source_floats(shape):
    return source_bytes(shape).astype(numpy.float32) / 16 - 3.5


def antialiased(planes, target):
    """[N, H, W] to [N, H', W']."""
    return functional.interpolate(planes[:, None], size=target, mode="bilinear", align_corners=False, antialias=True)[:, 0]


def floats(shape, target):
    image = torch.from_numpy(source_floats(shape))
    if len(target) == 2:
        return antialiased(image, target)

    # PyTorch antialiases images only, but the filter is separable: first H and W, then D.
    channels, depth, height, width = shape
    slices = antialiased(image.reshape(channels * depth, height, width), target[1:])
    columns = slices.reshape(channels, depth, -1).permute(0, 2, 1)
    return antialiased(columns, (columns.shape[1], target[0])).permute(0, 2, 1)


def trilinear(shape, target):
    image = torch.from_numpy(source_floats(shape))[None]
    return functional.interpolate(image, size=target, mode="trilinear", align_corners=False)


def torchvision_bytes(shape, target):
    return vision.resize(torch.from_numpy(source_bytes(shape)), list(target), antialias=True)


def pillow_bytes(shape, target):
    height, width = target
    return numpy.stack([numpy.asarray(Image.fromarray(c).resize((width, height), Image.BILINEAR)) for c in source_bytes(shape)])


def literal(values, number):
    text = [number(v) for v in numpy.asarray(values).reshape(-1)]
    rows = [", ".join(text[i:i + 16]) for i in range(0, len(text), 16)]
    return "[\n            " + ",\n            ".join(rows) + "]"


def case(kind, shape, target):
    make, number = {
        "Float": (floats, lambda v: f"{v:.7g}f"),
        "Trilinear": (trilinear, lambda v: f"{v:.7g}f"),
        "Torchvision": (torchvision_bytes, str),
        "Pillow": (pillow_bytes, str),
    }[kind]
    return (f"        new(ResizeReferenceKind.{kind}, [{', '.join(map(str, shape))}], [{', '.join(map(str, target))}], "
            f"{literal(make(shape, target), number)}),")


CASES = [
    ("Float", (2, 12, 10), (5, 4)),
    ("Float", (1, 5, 4), (8, 9)),
    ("Float", (1, 33, 29), (7, 16)),
    ("Float", (1, 9, 6), (3, 12)),
    ("Float", (1, 6, 7), (1, 1)),
    ("Float", (2, 6, 7, 8), (3, 5, 4)),
    ("Float", (1, 13, 4, 9), (3, 7, 2)),
    ("Trilinear", (1, 3, 4, 2), (5, 4, 3)),
    ("Torchvision", (3, 28, 26), (10, 9)),
    ("Torchvision", (1, 7, 9), (12, 13)),
    ("Pillow", (3, 28, 26), (10, 9)),
    ("Pillow", (1, 7, 9), (12, 13)),
]

print("""namespace TruncatedTL.MLNet.Tests.Onnx;

/// <summary>Images resized by PyTorch, torchvision and Pillow. Written by make_resize_reference.py; do not edit.</summary>
internal static class ResizeReference
{
    public static readonly IReadOnlyList<ResizeReferenceCase> Cases =
    [""")
for kind, shape, target in CASES:
    print(case(kind, shape, target))
print("""    ];

    /// <summary>Fixed pixels without symmetry.</summary>
    public static byte[] SourceBytes(IEnumerable<int> shape) =>
        Enumerable.Range(0, shape.Aggregate(1, (product, length) => product * length))
            .Select(index => (byte)(((long)index * 37 + (long)index * index % 101 * 5 + 11) % 256))
            .ToArray();

    /// <summary>The same pixels in another range.</summary>
    public static float[] SourceFloats(IEnumerable<int> shape) => SourceBytes(shape).Select(value => value / 16f - 3.5f).ToArray();
}""")
