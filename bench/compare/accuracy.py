#!/usr/bin/env python3
"""What PyTorch reaches with `--recipe resnet8`, as lines of JSON, one an epoch.

usage: accuracy.py MODULE DATA [--seed N] [--threads N] [--epochs N]
MODULE: the network, as `lenet export` wrote it (net.py, with its weights beside it or not); DATA: a folder with
train/CLASS/* and test/CLASS/* image files.

The recipe in PyTorch's own pieces, with its random numbers: cross-entropy, OneCycleLR, AdamW, and Muon (Jordan 2024)
as torch.optim.Muon of PyTorch 2.9 has it with adjust_lr_fn="match_rms_adamw"; 1.13 has none.
"""
import argparse
import importlib.util
import json
import pathlib
import time

import cv2
import numpy
import torch
from torch import nn

LR, DECAY, MOMENTUM, BATCH, SHIFT = 0.02, 0.02, 0.95, 64, 2


def read_images(folder):
    """(N, C, H, W) bytes and (N) classes, in the order of the names."""
    images, labels = [], []
    classes = sorted(p for p in pathlib.Path(folder).iterdir() if p.is_dir())
    for label, path in enumerate(classes):
        for file in sorted(path.iterdir()):
            images.append(cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB))
            labels.append(label)
    x = torch.from_numpy(numpy.stack(images)).permute(0, 3, 1, 2).contiguous()
    return x, torch.tensor(labels)


def normalized(x, mean, std):
    return (x.float() / 255 - mean) / std


def augmented(x):
    """Mirrored by chance and moved by up to SHIFT pixels each way, black moving in."""
    n, c, h, w = x.shape
    padded = nn.functional.pad(x, (SHIFT,) * 4)
    down, right = torch.randint(0, 2 * SHIFT + 1, (2, n))
    rows = (down[:, None] + torch.arange(h))[:, None, :, None]
    columns = right[:, None] + torch.arange(w)
    columns = torch.where((torch.rand(n) < 0.5)[:, None], columns.flip(1), columns)[:, None, None, :]
    return padded[torch.arange(n)[:, None, None, None], torch.arange(c)[None, :, None, None], rows, columns]


def orthogonal(x):
    """Five Newton-Schulz steps."""
    turned = x.shape[0] > x.shape[1]
    x = x.T if turned else x
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.T if turned else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr, "momentum": MOMENTUM, "weight_decay": DECAY})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                moving = self.state[p].setdefault("momentum", torch.zeros_like(p))
                moving.lerp_(p.grad, 1 - group["momentum"])
                direction = p.grad.lerp(moving, group["momentum"]).flatten(1)
                rate = group["lr"] * 0.2 * max(direction.shape) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(orthogonal(direction).view_as(p), alpha=-rate)


def optimizers(net):
    matrices = [p for p in net.parameters() if p.dim() >= 2][:-1]  # but the last layer's
    rest = [p for p in net.parameters() if all(p is not m for m in matrices)]
    return Muon(matrices, LR), torch.optim.AdamW(rest, LR, weight_decay=DECAY)


@torch.no_grad()
def accuracy(net, x, y):
    net.eval()
    return sum((net(a).argmax(1) == b).sum().item() for a, b in zip(x.split(500), y.split(500))) / len(y)


def load(path, seed):
    torch.manual_seed(seed)
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for m in module.net.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
        if isinstance(m, (nn.Conv2d, nn.Linear)):  # as `lenet train` begins: Xavier's uniform, biases as they are
            nn.init.xavier_uniform_(m.weight)
    return module.net


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=24)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    (x, y), (test_x, test_y) = (read_images(args.data / part) for part in ("train", "test"))
    pixels = x.float() / 255
    scale = pixels.mean((0, 2, 3), keepdim=True), pixels.std((0, 2, 3), keepdim=True)
    test_x = normalized(test_x, *scale)
    del pixels
    net = load(args.module, args.seed).to(memory_format=torch.channels_last)
    rules = optimizers(net)
    steps = args.epochs * -(-len(y) // BATCH)
    schedules = [torch.optim.lr_scheduler.OneCycleLR(rule, LR, total_steps=steps, cycle_momentum=False)
                 for rule in rules]
    start, loss_fn = time.perf_counter(), nn.CrossEntropyLoss()
    for epoch in range(args.epochs):
        net.train()
        loss_sum = 0.0
        for batch in torch.randperm(len(y)).split(BATCH):
            inputs = normalized(augmented(x[batch]), *scale).contiguous(memory_format=torch.channels_last)
            net.zero_grad()
            loss = loss_fn(net(inputs), y[batch])
            loss.backward()
            for rule, schedule in zip(rules, schedules):
                rule.step()
                schedule.step()
            loss_sum += loss.item() * len(batch)
        print(json.dumps({"epoch": epoch + 1, "train_loss": loss_sum / len(y), "seconds": time.perf_counter() - start,
                          "test_acc": accuracy(net, test_x, test_y)}), flush=True)


main()
