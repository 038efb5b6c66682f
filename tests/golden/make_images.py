#!/usr/bin/env python3
"""Image files written by PIL, and their pixels as PIL reads them, for tests/data/image_test.cc.

usage: make_images.py (in tests/golden; Debian's python3-pil)
"""
import json
import pathlib

from PIL import Image

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
}
pixels = {}
for name, image in files.items():
    image.save(folder / name)
    read = Image.open(folder / name)
    if read.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", read.size, "white")
        opaque = "L" if read.mode == "LA" else "RGB"
        read = Image.alpha_composite(white, read.convert("RGBA")).convert(opaque)
    if name == "deep.png":
        pixels[name] = [[round(v / 257) for v in read.getdata()]]
        continue
    if read.mode == "P":
        read = read.convert("RGB")
    if read.mode == "1":
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
    "half": list(big.resize((15, 10), Image.BOX).getdata()),
    "means": [area_means(big, w, h) for w, h in [(15, 10), (7, 6), (28, 19), (30, 7)]],
    "grey_of_colour": list(colour.convert("L").getdata()),
}
(folder / "pixels.json").write_text(json.dumps(expected) + "\n")
