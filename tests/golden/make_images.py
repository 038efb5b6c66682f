#!/usr/bin/env python3
"""Image files written by PIL, and their pixels as PIL reads them, for tests/data/image_test.cc.

usage: make_images.py (in tests/golden; Debian's python3-pil)
"""
import json
import pathlib
import struct

from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parent / "images"
grey = Image.new("L", (7, 5))
grey.putdata([(i * 37) % 256 for i in range(35)])
colour = Image.new("RGB", (7, 5))
colour.putdata([((i * 37) % 256, (i * 91 + 5) % 256, 255 - (i * 7) % 256) for i in range(35)])
alpha = colour.convert("RGBA")
alpha.putalpha(Image.frombytes("L", (7, 5), bytes(255 if i % 3 else 0 for i in range(35))))
partial = colour.convert("RGBA")
partial.putalpha(Image.frombytes("L", (7, 5), bytes((i * 53) % 256 for i in range(35))))
grey_alpha = grey.convert("LA")
grey_alpha.putalpha(partial.getchannel("A"))
deep = Image.new("I", (7, 5))
deep.putdata([(i * 1871) % 65536 for i in range(35)])

files = {
    "grey.png": grey, "colour.png": colour, "palette.png": colour.quantize(16), "bits.png": grey.convert("1"),
    "grey.jpg": grey, "colour.jpg": colour, "grey.pgm": grey, "colour.ppm": colour, "alpha.png": alpha, "deep.png": deep,
    "partial.png": partial, "grey_alpha.png": grey_alpha,
    "grey.bmp": grey, "colour.bmp": colour, "palette.bmp": colour.quantize(16), "bits.bmp": grey.convert("1"), "bare.dib": colour,
    "grey.gif": grey, "palette.gif": colour.quantize(16), "transparent.gif": colour.quantize(16),
    "colour.webp": colour, "lossy.webp": colour, "partial.webp": partial, "animated.webp": colour,
    "grey.tif": grey, "colour.tif": colour, "palette.tif": colour.quantize(16), "bits.tif": grey.convert("1"),
    "partial.tif": partial, "deep.tif": Image.frombytes("I;16", (7, 5), struct.pack("<35H", *deep.getdata())),
    "lzw.tif": colour, "deflate.tif": grey, "packbits.tif": colour, "jpeg.tif": colour, "fax4.tif": grey.convert("1"),
    "zstd.tif": colour, "bits.pbm": grey.convert("1"),
}
options = {
    "transparent.gif": {"transparency": 3}, "colour.webp": {"lossless": True}, "partial.webp": {"lossless": True, "exact": True},
    "animated.webp": {"lossless": True, "save_all": True, "append_images": [alpha]},
    "lzw.tif": {"compression": "tiff_lzw"}, "deflate.tif": {"compression": "tiff_adobe_deflate"},
    "packbits.tif": {"compression": "packbits"}, "jpeg.tif": {"compression": "jpeg"}, "fax4.tif": {"compression": "group4"},
    "zstd.tif": {"compression": "zstd"},
}
for ending in ("jpg", "png", "webp", "tif"):
    for orientation in range(1, 9):
        name = f"turned{orientation}.{ending}"
        exif = Image.Exif()
        exif[0x0112] = orientation
        files[name] = grey
        options[name] = {"exif": exif} | ({"lossless": True} if ending == "webp" else {})
pixels, heights = {}, {}
for name, image in files.items():
    image.save(folder / name, **options.get(name, {}))
    read = Image.open(folder / name)
    if not name.endswith(".tif"):  # which PIL turns as it loads them
        read = ImageOps.exif_transpose(read)
    if read.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", read.size, "white")
        opaque = "L" if read.mode == "LA" else "RGB"
        read = Image.alpha_composite(white, read.convert("RGBA")).convert(opaque)
    read.load()
    heights[name] = read.height
    if name in ("deep.png", "deep.tif"):
        pixels[name] = [[round(v / 257) for v in read.getdata()]]
        continue
    if read.mode == "P" and "transparency" in read.info:
        white = Image.new("RGBA", read.size, "white")
        read = Image.alpha_composite(white, read.convert("RGBA")).convert("RGB")
    if read.mode == "P" and name != "grey.gif":
        read = read.convert("RGB")
    if read.mode == "1" or name == "grey.gif":
        read = read.convert("L")
    pixels[name] = [list(band.getdata()) for band in read.split()]
big = Image.new("L", (30, 20))
big.putdata([(i * i * 31 + i) % 256 for i in range(600)])
big.save(folder / "big.png")


def area_means(image, w, h):
    """Exact: each pixel repeated w times across and h times down, then the mean of each block."""
    columns, rows = image.size
    data = list(image.getdata())
    means = []
    for i in range(h):
        for j in range(w):
            block = [data[y // h * columns + x // w] for y in range(i * rows, (i + 1) * rows)
                     for x in range(j * columns, (j + 1) * columns)]
            means.append(sum(block) / len(block))
    return means


expected = {
    "pixels": pixels,
    "heights": heights,
    "half": list(big.resize((15, 10), Image.BOX).getdata()),
    "means": [area_means(big, w, h) for w, h in [(15, 10), (7, 6), (28, 19), (30, 7)]],
    "grey_of_colour": list(colour.convert("L").getdata()),
}
(folder / "pixels.json").write_text(json.dumps(expected) + "\n")
