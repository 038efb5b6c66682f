"""Trains and runs LeNet in PyTorch on a graphics card, and prints one JSON line a way of doing it, or why it failed.

usage: pytorch_gpu.py [DEVICE] [eager] [compiled] [graph]    (all three on cuda:0 by default)

The data, noise of Fashion-MNIST's shape, is on the card before the clock starts, and batches are taken there by shuffled
indices, so that no way waits for a loader. Float32 without TF32; cuDNN chooses its kernels by trying them; SGD is the fused one,
or works on all tensors at once where there is none. Loss and correct answers are summed on the card and read once an epoch.
"compiled" is torch.compile of the network and the loss, with CUDA graphs of these; the optimizer's step lies outside. "graph" holds
whole steps, from the indices of a batch to the new weights, and the forward pass. Times are by the wall clock between two
synchronisations, medians of five, after three that warm up: epochs of 234 steps with batches of 256 and one of 96, the shuffle
included; and the forward pass over 10,000 images.
"""
import json
import statistics
import sys
import time
import traceback

import torch
from torch import nn

BATCH, TRAIN, TEST, WARM_UPS, REPEATS = 256, 60_000, 10_000, 3, 5


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, 2),
        nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


def sgd(net, device):
    on_card = device.type == "cuda"
    try:
        return torch.optim.SGD(net.parameters(), lr=0.9, fused=on_card)
    except TypeError:  # before PyTorch 2.4
        return torch.optim.SGD(net.parameters(), lr=0.9, foreach=on_card)


class Work:
    """The network, its data and one step."""

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
    """CUDA graphs: of a step with a whole batch, of one with the last, and of the forward pass."""

    def __init__(self, device):
        super().__init__(device)
        self.steps = {}
        for size in (BATCH, TRAIN % BATCH):
            index = torch.arange(size, device=device)
            self.steps[size] = self.captured(lambda index=index: self.step(index)), index
        self.forward_graph = self.captured(super().evaluate)

    def captured(self, function):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UPS):
                function()
        torch.cuda.current_stream().wait_stream(side)
        self.optimizer.zero_grad(set_to_none=True)  # so that the graph's own memory holds the gradients
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            function()
        return graph

    def epoch(self):
        order = torch.randperm(TRAIN, device=self.device)
        for first in range(0, TRAIN, BATCH):
            part = order[first:first + BATCH]
            graph, index = self.steps[len(part)]
            index.copy_(part)
            graph.replay()
        self.total.tolist()

    def evaluate(self):
        self.forward_graph.replay()


class CompiledWork(Work):
    """The network and the loss compiled, each size of a batch for itself."""

    def __init__(self, device):
        super().__init__(device)
        self.forward = self.compiled(self.net)
        self.forward_to_loss = self.compiled(self.outputs_and_loss)

    @staticmethod
    def compiled(function):
        fast = torch.compile(function, mode="reduce-overhead", dynamic=False)

        begin = getattr(getattr(torch, "compiler", None), "cudagraph_mark_step_begin", lambda: None)  # since PyTorch 2.1

        def call(*arguments):
            begin()  # what the call before has returned may be overwritten
            return fast(*arguments)

        return call


def seconds(device, function):
    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    for _ in range(WARM_UPS):
        function()
    times = []
    for _ in range(REPEATS):
        wait()
        start = time.perf_counter()
        function()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(way, device):
    work = WAYS[way](device)
    epoch, forward = seconds(device, work.epoch), seconds(device, work.evaluate)
    return {"torch": torch.__version__, "epochs_per_sec": 1 / epoch, "train": TRAIN / epoch, "inference": TEST / forward}


def main():
    names = sys.argv[1:]
    device = torch.device(names.pop(0) if names and names[0] not in WAYS else "cuda:0")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    for name in names or WAYS:
        try:
            if device.type == "cuda":
                torch.cuda.set_device(device)
            result = measure(name, device)
        except Exception as error:  # one way's failure leaves the others be
            traceback.print_exc()
            lines = str(error).strip().splitlines()
            result = {"error": ": ".join([type(error).__name__, *lines[:1]])}
        print(json.dumps({"way": name, **result}), flush=True)


WAYS = {"eager": Work, "compiled": CompiledWork, "graph": GraphWork}
if __name__ == "__main__":
    main()
