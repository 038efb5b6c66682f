"""Builds each module of a folder in PyTorch, and compares weights of a seed, names and logits.

usage: pytorch_modules.py FOLDER
"""
import importlib.util
import json
import pathlib
import struct
import sys

import numpy as np
from fashion_mnist import FOLDER, SKIPPED, compare, images

try:
    import torch
except ImportError as error:
    print(f"skipped: {error} (apt-get install python3-torch)")
    raise SystemExit(SKIPPED)
if not FOLDER.exists():
    print("skipped: no Fashion-MNIST (apt-get install dataset-fashion-mnist)")
    raise SystemExit(SKIPPED)


def load(path):
    """The tensors of a safetensors file by name."""
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, t in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            first, last = (8 + length + offset for offset in t["data_offsets"])
            tensors[name] = torch.frombuffer(data[first:last], dtype=torch.float32).reshape(t["shape"])
    return tensors


paths = sorted(pathlib.Path(sys.argv[1]).glob("*.py"))
assert paths
pixels = torch.from_numpy(np.round(images() * 255).astype(np.uint8))
for path in paths:
    torch.manual_seed(7)
    spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    own = module.net.state_dict()
    for name, tensor in load(path.with_suffix(".seed7.safetensors")).items():
        assert torch.equal(own[name], tensor), f"{path.stem}: {name} of seed 7 differs"
    module.net.load_state_dict(load(path.with_suffix(".safetensors")), strict=True)
    with torch.no_grad():
        logits = module.net.eval()(module.images(pixels)).numpy()
    compare(path.stem, np.fromfile(path.with_suffix(".f32"), np.float32).reshape(-1, 10), logits)
