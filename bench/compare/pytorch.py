#!/usr/bin/env python3
"""Speed of a network in PyTorch on the CPU, as one JSON line.

usage: pytorch.py THREADS MEMORY_FORMAT [MODULE INPUT]    (contiguous or channels_last; LeNet, or what `lenet export` wrote, as in
resnet8.py 3x32x32)

The chapter's loop with everything in PyTorch's favour: the images lie in memory as float tensors, already in the
memory format asked for; no loader runs; loss and accuracy are accumulated as the chapter does.
"""
import importlib.util
import json
import sys
import time

import torch
from torch import nn

BATCH, ROUNDS = 256, 5


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Flatten(), nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


def exported(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.net


def train(net, x, y, steps, lr):
    """Examples a second of so many steps."""
    loss_fn, sgd = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr)
    net.train()
    loss_sum = correct = 0.0
    start = time.perf_counter()
    for _ in range(steps):
        sgd.zero_grad()
        out = net(x)
        loss = loss_fn(out, y)
        loss.backward()
        sgd.step()
        with torch.no_grad():
            loss_sum += loss.item() * len(y)
            correct += (out.argmax(1) == y).sum().item()
    return steps * BATCH / (time.perf_counter() - start)


def infer(net, x, steps):
    net.eval()
    with torch.no_grad():
        start = time.perf_counter()
        for _ in range(steps):
            net(x)
        return steps * BATCH / (time.perf_counter() - start)


def single(net, x):
    """Median microseconds of one image."""
    net.eval()
    times = []
    with torch.no_grad():
        for _ in range(500):
            start = time.perf_counter()
            torch.softmax(net(x), 1)
            times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6


def main():
    threads, memory_format = int(sys.argv[1]), sys.argv[2]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    other = len(sys.argv) > 3
    net, shape = (exported(sys.argv[3]), map(int, sys.argv[4].split("x"))) if other else (lenet(), (1, 28, 28))
    x, y = torch.rand(BATCH, *shape), torch.randint(0, 10, (BATCH,))
    steps, lr = (8, 0.01) if other else (40, 0.9)
    if memory_format == "channels_last":
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    train(net, x, y, steps, lr)  # warm
    rounds = sorted(train(net, x, y, steps, lr) for _ in range(ROUNDS))
    forward = sorted(infer(net, x, steps) for _ in range(ROUNDS))
    print(json.dumps({"version": torch.__version__, "threads": threads, "format": memory_format,
                      "train": rounds[ROUNDS // 2], "inference": forward[ROUNDS // 2],
                      "single_us": single(net, x[:1].clone())}))


main()
