"""Writes raster_reference.json: small image files made by Pillow, and the values that a reader must give.

    python3 make_raster_reference.py > raster_reference.json

Needs Pillow and NumPy (Debian: python3-pil, python3-numpy). Values are [C, H, W] in file units; transparency is laid over black
and rounded half up. For lossy formats the values are what Pillow decodes, with a tolerance for another inverse transform.
"""
import base64
import io
import json
import struct
import zlib

import numpy as np
from PIL import Image

random = np.random.default_rng(5)
cases = []


def save(image, **options):
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def add(name, content, values, tolerance=0):
    values = np.asarray(values, dtype=np.float64)
    values = values[None] if values.ndim == 2 else values
    cases.append({
        "name": name,
        "content": base64.b64encode(content).decode(),
        "channels": values.shape[0],
        "shape": list(values.shape[1:]),
        "values": [float(v) for v in values.ravel()],
        "tolerance": tolerance,
    })


def planes(image):
    return np.moveaxis(np.asarray(image), -1, 0)


def over_black(colour, alpha):
    return np.floor(colour.astype(np.float64) * alpha / 255 + 0.5)


height, width = 5, 7
grey8 = random.integers(0, 256, (height, width), dtype=np.uint8)
grey16 = random.integers(0, 65536, (height, width), dtype=np.uint16)
grey16[0, :4] = [0, 1, 256, 65535]
rgb8 = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
rgba8 = random.integers(0, 256, (height, width, 4), dtype=np.uint8)
rgba8[0, :3, 3] = [0, 255, 1]
float32 = random.normal(size=(height, width)).astype(np.float32) * 1000
bits = random.integers(0, 2, (height, width), dtype=np.uint8) * 255
palette_image = Image.fromarray(rgb8).quantize(16)
palette_rgb = planes(palette_image.convert("RGB"))

# PNG
add("grey8.png", save(Image.fromarray(grey8), format="PNG"), grey8)
add("grey16.png", save(Image.fromarray(grey16.astype(np.int32)).convert("I"), format="PNG"), grey16)
add("rgb8.png", save(Image.fromarray(rgb8), format="PNG"), planes(rgb8))
add("bits.png", save(Image.fromarray(bits).convert("1", dither=0), format="PNG"), bits)
add("palette.png", save(palette_image, format="PNG"), palette_rgb)
add("palette_4bit.png", save(palette_image, format="PNG", bits=4), palette_rgb)
add("rgba8.png", save(Image.fromarray(rgba8), format="PNG"), over_black(planes(rgba8)[:3], rgba8[..., 3]))
add("rgba8_opaque.png", save(Image.fromarray(rgb8).convert("RGBA"), format="PNG"), planes(rgb8))
grey_alpha = Image.merge("LA", [Image.fromarray(grey8), Image.fromarray(rgba8[..., 3].copy())])
add("grey_alpha.png", save(grey_alpha, format="PNG"), over_black(grey8, rgba8[..., 3]))

# BMP
add("grey8.bmp", save(Image.fromarray(grey8), format="BMP"), grey8)
add("rgb8.bmp", save(Image.fromarray(rgb8), format="BMP"), planes(rgb8))
add("bits.bmp", save(Image.fromarray(bits).convert("1", dither=0), format="BMP"), bits)
add("palette.bmp", save(palette_image, format="BMP"), palette_rgb)

# GIF
add("palette.gif", save(palette_image, format="GIF"), palette_rgb)
add("grey8.gif", save(Image.fromarray(grey8), format="GIF"), np.stack([grey8] * 3))
add("animation.gif", save(palette_image, format="GIF", save_all=True, append_images=[palette_image.rotate(180)]), palette_rgb)

# WebP
add("rgb8_lossless.webp", save(Image.fromarray(rgb8), format="WEBP", lossless=True), planes(rgb8))
add("rgba8_lossless.webp", save(Image.fromarray(rgba8), format="WEBP", lossless=True, exact=True), over_black(planes(rgba8)[:3], rgba8[..., 3]))

# JPEG and lossy WebP: smooth, so that the rounding of the transform is all that differs.
y, x = np.mgrid[0:21, 0:34]
smooth_grey = np.clip(3 * x + 5 * y + 20, 0, 255).astype(np.uint8)
smooth_rgb = np.stack([smooth_grey, 255 - smooth_grey, np.full_like(smooth_grey, 90)], axis=-1)
for name, options in [("baseline", {}), ("progressive", {"progressive": True}), ("subsampled", {"subsampling": 2})]:
    content = save(Image.fromarray(smooth_rgb), format="JPEG", quality=95, **({"subsampling": 0} | options))
    add(f"rgb_{name}.jpg", content, planes(Image.open(io.BytesIO(content)).convert("RGB")), tolerance=2)
content = save(Image.fromarray(smooth_grey), format="JPEG", quality=95)
add("grey.jpg", content, np.asarray(Image.open(io.BytesIO(content))), tolerance=1)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = save(Image.fromarray(smooth_grey), format="JPEG", quality=95, exif=exif)
    stored = np.asarray(Image.open(io.BytesIO(content)))
    upright = {
        1: stored, 2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1],
        5: stored.T, 6: np.rot90(stored, -1), 7: stored[::-1, ::-1].T, 8: np.rot90(stored, 1),
    }[orientation]
    add(f"orientation{orientation}.jpg", content, upright, tolerance=1)
exif = Image.Exif()
exif[0x0112] = 6
content = save(Image.fromarray(rgb8), format="WEBP", lossless=True, exif=exif)
add("orientation6.webp", content, planes(np.rot90(rgb8, -1)))
content = save(Image.fromarray(smooth_rgb), format="WEBP", quality=90)
add("rgb_lossy.webp", content, planes(Image.open(io.BytesIO(content)).convert("RGB")), tolerance=3)

# TIFF
for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
    add(f"grey8_{compression}.tif", save(Image.fromarray(grey8), format="TIFF", compression=compression), grey8)
    add(f"grey16_{compression}.tif", save(Image.fromarray(grey16), format="TIFF", compression=compression), grey16)
    add(f"rgb8_{compression}.tif", save(Image.fromarray(rgb8), format="TIFF", compression=compression), planes(rgb8))
add("float32.tif", save(Image.fromarray(float32), format="TIFF"), float32)
add("bits.tif", save(Image.fromarray(bits).convert("1", dither=0), format="TIFF"), bits)
add("palette.tif", save(palette_image, format="TIFF"), palette_rgb)
add("rgba8.tif", save(Image.fromarray(rgba8), format="TIFF"), over_black(planes(rgba8)[:3], rgba8[..., 3]))
pages = [Image.fromarray(np.roll(grey8, shift)) for shift in range(3)]
add("pages.tif", save(pages[0], format="TIFF", save_all=True, append_images=pages[1:]), np.stack([np.asarray(p) for p in pages])[None])
colour_pages = [Image.fromarray(np.roll(rgb8, shift, axis=1)) for shift in range(2)]
add("colour_pages.tif", save(colour_pages[0], format="TIFF", save_all=True, append_images=colour_pages[1:]), np.stack([planes(p) for p in colour_pages], axis=1))



# Big-endian TIFF with a predictor, put together by hand since Pillow writes little-endian files only.
def big_endian_tiff(strip, bits, sample_format, predictor):
    entries = [
        (256, 3, width), (257, 3, height), (258, 3, bits), (259, 3, 8), (262, 3, 1), (273, 4, 8), (277, 3, 1),
        (278, 3, height), (279, 4, len(strip)), (317, 3, predictor), (339, 3, sample_format),
    ]
    strip += b"\0" * (len(strip) % 2)
    directory = struct.pack(">H", len(entries))
    for tag, kind, value in entries:
        directory += struct.pack(">HHI", tag, kind, 1) + (struct.pack(">HH", value, 0) if kind == 3 else struct.pack(">I", value))
    return b"MM\0*" + struct.pack(">I", 8 + len(strip)) + strip + directory + struct.pack(">I", 0)


differences = np.diff(grey16, axis=1, prepend=np.zeros((height, 1), np.uint16)).astype(">u2")
content = big_endian_tiff(zlib.compress(differences.tobytes()), 16, 1, 2)
assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), grey16)
add("grey16_big_endian_predictor.tif", content, grey16)

# The floating-point predictor (Adobe TIFF Technical Note 3). Pillow 9 reverses the bytes of such files once too often, so it cannot check this one.
bytes_by_place = np.moveaxis(float32.astype(">f4").view(np.uint8).reshape(height, width, 4), 1, 2).reshape(height, 4 * width)
differences = np.diff(bytes_by_place, axis=1, prepend=np.zeros((height, 1), np.uint8)).astype(np.uint8)
add("float32_big_endian_predictor.tif", big_endian_tiff(zlib.compress(differences.tobytes()), 32, 3, 3), float32)

# BigTIFF, little-endian: eight bytes for each count and offset.
strip = grey16.astype("<u2").tobytes()
strip += b"\0" * (len(strip) % 2)
entries = [(256, 3, width), (257, 3, height), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 16, 16), (277, 3, 1), (278, 3, height), (279, 16, height * width * 2)]
directory = struct.pack("<Q", len(entries)) + b"".join(struct.pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in entries)
content = b"II+\0" + struct.pack("<HHQ", 8, 0, 16 + len(strip)) + strip + directory + struct.pack("<Q", 0)
add("grey16_big.tif", content, grey16)

print(json.dumps(cases).replace('}, {', '},\n {'))
