#!/usr/bin/env python3
"""Writes random images of ten classes, so that a network of any input can be built and exported.

usage: random_images.py INPUT FILE.npz    (as in 3x32x32)
"""
import sys

import numpy as np

channels, height, width = map(int, sys.argv[1].split("x"))
random, shape = np.random.default_rng(0), (channels, height, width) if channels > 1 else (height, width)
arrays = {}
for part in ("train", "test"):
    arrays[f"x_{part}"] = random.integers(0, 256, (20, *shape), np.uint8)
    arrays[f"y_{part}"] = np.arange(20, dtype=np.uint8) % 10
np.savez(sys.argv[2], **arrays)
