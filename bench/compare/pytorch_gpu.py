"""Trains and runs LeNet in PyTorch on a graphics card, and prints one JSON line a way of doing it.

usage: pytorch_gpu.py [DEVICE] [eager] [compiled] [graph]    (all three on cuda:0 by default)

The data, noise of Fashion-MNIST's shape, is on the card before the clock starts, and batches are taken there by shuffled
indices, so that no way waits for a loader. Float32 without TF32, cuDNN chooses its kernels by trying them, SGD is the fused one
where there is one. "compiled" is torch.compile of the network and the loss; "graph" holds whole steps. Times are by the wall clock
between two synchronisations, medians of five, after a warm-up: epochs of 235 steps with batches of 256, the last of 96; and the
forward pass over 10,000 images.
"""
import json
import statistics
import sys
import time

import torch
from torch import nn

BATCH, TRAIN, TEST, REPEATS = 256, 60_000, 10_000, 5


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, 2),
        nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


def sgd(net, device):
    if device.type == "cuda":
        try:
            return torch.optim.SGD(net.parameters(), lr=0.9, fused=True)
        except TypeError:  # before PyTorch 2.4
            pass
    return torch.optim.SGD(net.parameters(), lr=0.9)


class Work:
    """The network, its data and one step; `size` images of a batch lie in x and y."""

    def __init__(self, device):
        self.device = device
        self.net = lenet().to(device)
        self.images = torch.randint(0, 256, (TRAIN, 1, 28, 28), dtype=torch.uint8, device=device)
        self.labels = torch.randint(0, 10, (TRAIN,), device=device)
        self.optimizer = sgd(self.net, device)
        self.loss = nn.CrossEntropyLoss()
        self.total = torch.zeros(2, device=device)  # loss and correct: read once an epoch
        self.forward = self.net
        self.forward_to_loss = self.outputs_and_loss

    def outputs_and_loss(self, x, y):
        out = self.net(x)
        return out, self.loss(out, y)

    def step(self, index):
        x = self.images[index].float() / 255
        y = self.labels[index]
        self.optimizer.zero_grad(set_to_none=True)
        out, loss = self.forward_to_loss(x, y)
        loss.backward()
        self.optimizer.step()
        self.total.add_(torch.stack((loss.detach() * len(y), (out.detach().argmax(1) == y).sum())))

    def epoch(self):
        order = torch.randperm(TRAIN, device=self.device)
        for first in range(0, TRAIN, BATCH):
            self.step(order[first:first + BATCH])
        self.total.tolist()

    def evaluate(self):
        with torch.no_grad():
            for first in range(0, TEST, 1000):
                self.forward(self.images[first:first + 1000].float() / 255)


class GraphWork(Work):
    """Steps captured as CUDA graphs: one for whole batches, one for the last."""

    def __init__(self, device):
        super().__init__(device)
        self.graphs = {}
        for size in (BATCH, TRAIN % BATCH):
            index = torch.arange(size, device=device)
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    self.step(index)
            torch.cuda.current_stream().wait_stream(side)
            self.optimizer.zero_grad(set_to_none=True)  # so that the graph's own memory holds the gradients
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.step(index)
            self.graphs[size] = graph, index

    def epoch(self):
        order = torch.randperm(TRAIN, device=self.device)
        for first in range(0, TRAIN, BATCH):
            part = order[first:first + BATCH]
            graph, index = self.graphs[len(part)]
            index.copy_(part)
            graph.replay()
        self.total.tolist()


class CompiledWork(Work):
    """The network and the loss compiled, each size of a batch for itself."""

    def __init__(self, device):
        super().__init__(device)
        options = {"mode": "reduce-overhead", "dynamic": False}
        self.forward = torch.compile(self.net, **options)
        self.forward_to_loss = torch.compile(self.outputs_and_loss, **options)

    def step(self, index):
        torch.compiler.cudagraph_mark_step_begin()
        super().step(index)


def seconds(device, function):
    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    function()
    times = []
    for _ in range(REPEATS):
        wait()
        start = time.perf_counter()
        function()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    names = sys.argv[1:]
    device = torch.device(names.pop(0) if names and names[0] not in WAYS else "cuda:0")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    for name in names or WAYS:
        work = WAYS[name](device)
        epoch = seconds(device, work.epoch)
        print(json.dumps({"way": name, "torch": torch.__version__, "epochs_per_sec": 1 / epoch, "train": TRAIN / epoch,
                          "inference": TEST / seconds(device, work.evaluate)}), flush=True)


WAYS = {"eager": Work, "compiled": CompiledWork, "graph": GraphWork}
if __name__ == "__main__":
    main()
