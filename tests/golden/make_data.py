"""Writes data/ with numpy: what the readers of arrays must take or refuse."""
import os

import numpy as np

x = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(4, 2, 3)
y = np.array([0, 1, 0, 1])
test = dict(x_test=x[:2] + 100, y_test=y[:2].astype(np.uint8))


def save(name, packed=False, **arrays):
    (np.savez_compressed if packed else np.savez)(f"data/{name}.npz", **arrays)


save("grey", x_train=x, y_train=y, **test)
save("grey_deflated", packed=True, x_train=x, y_train=y, **test)
os.makedirs("data/kuzushiji", exist_ok=True)
for name, array in (("train-imgs", x), ("train-labels", y), ("test-imgs", x + 100), ("test-labels", y)):
    save("kuzushiji/kmnist-" + name, arr_0=array)  # as codh.rois.ac.jp/kmnist has them
save("no_test", x_train=x, y_train=y)
save("column_labels", x_train=x, y_train=y.reshape(-1, 1), **test)
colour = np.arange(2 * 2 * 4 * 3, dtype=np.uint8).reshape(2, 2, 4, 3)
save("channels_last", x_train=colour, y_train=y[:2], x_test=colour, y_test=y[:2])
first = np.ascontiguousarray(colour.transpose(0, 3, 1, 2))
save("channels_first", x_train=first, y_train=y[:2], x_test=first, y_test=y[:2])
share = np.array([0, 0.1, 0.5, 1], dtype=np.float32).reshape(2, 1, 2)
save("float_to_1", x_train=share, y_train=y[:2], x_test=share, y_test=y[:2])
whole = np.array([0, 1.4, 127.6, 255], dtype=np.float64).reshape(2, 1, 2)
save("float_to_255", x_train=whole, y_train=y[:2], x_test=whole, y_test=y[:2])
save("float_nan", x_train=share * np.nan, y_train=y[:2])
save("float_negative", x_train=-share, y_train=y[:2])
save("pickled", x_train=np.array([{}, {}]), y_train=y[:2])
save("big_endian", x_train=share.astype(">f4"), y_train=y[:2])
save("fortran", x_train=np.asfortranarray(x), y_train=y)
save("float_labels", x_train=x, y_train=y.astype(np.float32))
save("negative_label", x_train=x, y_train=-y)
save("label_256", x_train=x, y_train=y + 255)
save("few_labels", x_train=x, y_train=y[:3])
save("int_pixels", x_train=x.astype(np.int32), y_train=y)
save("flat", x_train=x.reshape(4, 6), y_train=y)
save("no_y_train", x_train=x)
save("no_y_test", x_train=x, y_train=y, x_test=x)
np.save("data/alone.npy", x)
os.makedirs("data/arrays", exist_ok=True)
for name, array in dict(x_train=x, y_train=y, **test).items():
    np.save(f"data/arrays/{name}.npy", array)
