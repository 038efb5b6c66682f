"""The test images and lenet's logits for them."""
import gzip
import pathlib

import numpy as np

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def images():
    """float32 (10000, 1, 28, 28), byte / 255."""
    with gzip.open(FOLDER / "t10k-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    return (pixels.reshape(-1, 1, 28, 28) / np.float32(255)).astype(np.float32)


def compare(name, ours, theirs, limit=1e-5):
    """Ends the program where an arg-max differs or a logit by more than `limit` of the largest."""
    largest = np.abs(ours).max()
    difference = np.abs(ours - theirs).max() / largest
    moved = (ours.argmax(1) != theirs.argmax(1)).sum()
    print(f"{name}: {len(ours)} images, {moved} arg-max differ, logits by at most {difference:.1e} of the largest")
    if moved or not difference <= limit:
        raise SystemExit(1)
