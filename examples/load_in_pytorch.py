"""Opens a model of lenet in PyTorch: its weights, its layers, and what it says of an image.

    python3 load_in_pytorch.py runs/latest/model.safetensors t10k-images-idx3-ubyte.gz

With the package safetensors, load() is safetensors.torch.load_file and safe_open(...).metadata().
"""
import gzip
import json
import struct
import sys

import torch
from torch import nn


def load(path):
    """The tensors by name, and the metadata (https://github.com/huggingface/safetensors)."""
    data = bytearray(open(path, "rb").read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, t in header.items():
        first, last = (8 + length + offset for offset in t["data_offsets"])
        tensors[name] = torch.frombuffer(data[first:last], dtype=torch.float32).reshape(t["shape"])
    return tensors, metadata


def lenet():
    """D2L 6.6: the layers that lenet numbers."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


model, images = sys.argv[1:]
weights, metadata = load(model)
net = lenet()
net.load_state_dict(weights)
names = json.loads(metadata["class_names"])
pixels = bytearray(gzip.open(images).read()[16 : 16 + 28 * 28])
image = torch.frombuffer(pixels, dtype=torch.uint8).reshape(1, 1, 28, 28) / 255
with torch.no_grad():
    probabilities = net(image).softmax(1)[0]
best = int(probabilities.argmax())
print(f"{best} {names[best]} {probabilities[best]:.3f}")
