"""Compares OpenCV's logits of each ONNX file of a folder with lenet's.

usage: opencv_logits.py FOLDER
"""
import pathlib
import sys

from fashion_mnist import SKIPPED, compare, images

try:
    import cv2
    import numpy as np
except ImportError as error:
    print(f"skipped: {error} (apt-get install python3-opencv)")
    raise SystemExit(SKIPPED)

pixels = images()
paths = sorted(p for p in pathlib.Path(sys.argv[1]).glob("*.onnx") if not p.stem.startswith("padded"))
assert paths
for path in paths:
    net = cv2.dnn.readNetFromONNX(str(path))
    logits = []
    pack = 1 if path.stem == "scaled" else 100  # OpenCV 4.6 multiplies by factors of each image in packs of one alone
    for first in range(0, len(pixels), pack):
        net.setInput(pixels[first:first + pack])
        logits.append(net.forward().copy())
    limit = 1e-4 if path.stem == "norms" else 1e-5  # OpenCV 4.10 takes a variance as E[x^2] - E[x]^2, in floats
    ours = np.fromfile(path.with_suffix(".f32"), np.float32).reshape(-1, 10)
    compare(path.stem, ours, np.concatenate(logits), limit)
