"""Writes nifti_reference.json: small NIfTI files made by nibabel, and what nibabel says about them.

    python3 make_nifti_reference.py > nifti_reference.json

Needs nibabel 5 (Debian: python3-nibabel). "values" are get_fdata() in file order, "ras" those of as_closest_canonical(); both are
listed with the first dimension varying fastest, as [D, H, W] is in memory. "spacing" and "ras_spacing" are the zooms of x, y, z.
"""
import base64
import io
import json

import nibabel as nib
import numpy as np
from nibabel.quaternions import quat2mat

random = np.random.default_rng(11)
cases = []


def add(name, image):
    content = image.to_bytes()
    image = type(image).from_bytes(content)
    canonical = nib.as_closest_canonical(image)
    cases.append({
        "name": name,
        "content": base64.b64encode(content).decode(),
        "shape": list(image.shape),
        "orientation": "".join(nib.aff2axcodes(image.affine)),
        "spacing": [float(z) for z in image.header.get_zooms()],
        "values": [float(v) for v in image.get_fdata().ravel(order="F")],
        "ras_shape": list(canonical.shape),
        "ras_spacing": [float(z) for z in canonical.header.get_zooms()],
        "ras": [float(v) for v in canonical.get_fdata().ravel(order="F")],
    })


def header(kind, endian, dtype):
    result = kind(endianness=endian)
    result.set_data_dtype(np.dtype(dtype))
    return result


def rotation():
    """Oblique by up to 40 degrees or so: beyond that two axes compete, and readers differ in which they take."""
    while True:
        quaternion = random.normal(size=4)
        turn = quat2mat(quaternion / np.linalg.norm(quaternion))
        if np.abs(turn).max(axis=0).min() > 0.75:
            return turn


def affine(turn, zooms, reflect):
    scale = np.diag(np.array(zooms) * [1, 1, -1 if reflect else 1])
    result = np.eye(4)
    result[:3, :3] = turn @ scale
    result[:3, 3] = random.normal(size=3) * 50
    return result


shape = (2, 3, 4)
kinds = [(nib.Nifti1Image, nib.Nifti1Header), (nib.Nifti2Image, nib.Nifti2Header)]

# Every element type, byte order and version. Integers reach the ends of what a 32-bit float holds exactly.
for image_kind, header_kind in kinds:
    for endian in "<>":
        for dtype in ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]:
            if dtype[0] == "f":
                data = (random.normal(size=shape) * 1000).astype(np.float32)
            else:
                limits = np.iinfo(dtype)
                data = random.integers(max(limits.min, -(1 << 24)), min(limits.max, 1 << 24), shape, endpoint=True)
            data = data.astype(dtype)
            add(f"{header_kind.__name__} {endian}{dtype}", image_kind(data, affine(np.eye(3), (1, 2, 3), False), header(header_kind, endian, dtype)))

# Oblique axes of both hands, as affine rows and as a quaternion.
for index in range(16):
    image_kind, header_kind = kinds[index % 2]
    turn = affine(rotation(), random.uniform(0.5, 4, 3), index % 4 >= 2)
    image = image_kind(random.integers(0, 1000, shape).astype(np.int16), turn, header(header_kind, "<", "i2"))
    if index % 3 == 0:
        image.set_qform(turn, code=1)
        image.set_sform(None, code=0)
    else:
        image.set_sform(turn, code=2)
        image.set_qform(None, code=0)
    add(f"oblique {index}", image)

# The 24 rotations along the axes and their mirror images.
for permutation in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]:
    for flips in range(8):
        turn = np.zeros((3, 3))
        for axis, target in enumerate(permutation):
            turn[target, axis] = -1 if flips >> axis & 1 else 1
        add(f"axes {permutation} {flips}", nib.Nifti1Image(np.arange(24, dtype=np.uint8).reshape(shape), affine(turn, (1, 2, 3), False)))

# Sheared axes and scaled values.
sheared = np.array([[2.0, 0.4, 0.1, 5], [0.1, -3, 0.5, 6], [0.2, 0.3, 1, 7], [0, 0, 0, 1]])
add("sheared", nib.Nifti1Image(random.integers(0, 255, shape).astype(np.uint8), sheared))
scaled = header(nib.Nifti1Header, "<", "i2")
image = nib.Nifti1Image(random.normal(size=shape) * 500, affine(np.eye(3), (1, 1, 1), False), scaled)
add("scaled", image)

print(json.dumps(cases).replace('}, {', '},\n {'))
