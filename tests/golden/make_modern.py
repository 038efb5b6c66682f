#!/usr/bin/env python3
"""Writes the reference numbers of D2L's chapter 7 and of MLPerf Tiny at small images, with PyTorch on the CPU (Debian:
python3-torch): for each network the loss of 16 images, the norm of its gradient by each parameter, and the losses of
ten steps on them.

Weights are drawn in float32 and all is computed in float64. Dropout, whose draws are PyTorch's own, is left out.

usage: make_modern.py OUT_DIR      (tests/golden: make_modern.py .)
"""
import argparse
import os

import torch
from torch import nn

from make_beyond import save_json


class Residual(nn.Module):
    """D2L 7.6: two convolutions, and one of 1x1 beside them where the sizes change."""

    def __init__(self, channels, out, stride=1, eps=1e-5, same=False):
        super().__init__()
        pad = 0 if same and stride == 2 else 1
        self.pad = nn.ZeroPad2d((0, 1, 0, 1)) if same and stride == 2 else nn.Identity()
        self.conv1 = nn.Conv2d(channels, out, 3, padding=pad, stride=stride)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.conv3 = nn.Conv2d(channels, out, 1, stride=stride) if stride > 1 else None
        self.bn1, self.bn2 = nn.BatchNorm2d(out, eps), nn.BatchNorm2d(out, eps)

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(self.pad(x))))))
        return torch.relu(y + (self.conv3(x) if self.conv3 else x))


class Inception(nn.Module):
    """D2L 7.4."""

    def __init__(self, channels, c1, c2, c3, c4):
        super().__init__()
        self.p1 = nn.Conv2d(channels, c1, 1)
        self.p2_1, self.p2_2 = nn.Conv2d(channels, c2[0], 1), nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.p3_1, self.p3_2 = nn.Conv2d(channels, c3[0], 1), nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.p4_1, self.p4_2 = nn.MaxPool2d(3, 1, 1), nn.Conv2d(channels, c4, 1)

    def forward(self, x):
        return torch.cat([torch.relu(self.p1(x)), torch.relu(self.p2_2(torch.relu(self.p2_1(x)))),
                          torch.relu(self.p3_2(torch.relu(self.p3_1(x)))), torch.relu(self.p4_2(self.p4_1(x)))], 1)


class Dense(nn.Module):
    """D2L 7.7: one convolution of a dense block."""

    def __init__(self, channels, growth):
        super().__init__()
        self.bn, self.conv = nn.BatchNorm2d(channels), nn.Conv2d(channels, growth, 3, padding=1)

    def forward(self, x):
        return torch.cat([x, self.conv(torch.relu(self.bn(x)))], 1)


def relu(*layers):
    """Each with a ReLU behind it."""
    return [module for layer in layers for module in (layer, nn.ReLU())]


def dense_layers(inputs):
    return [nn.Flatten(), *relu(nn.Linear(inputs, 4096), nn.Linear(4096, 4096)), nn.Linear(4096, 10)]


def mean(channels, classes=10):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def alexnet():
    return [*relu(nn.Conv2d(1, 96, 11, 4, 1)), nn.MaxPool2d(3, 2), *relu(nn.Conv2d(96, 256, 5, padding=2)),
            nn.MaxPool2d(3, 2), *relu(nn.Conv2d(256, 384, 3, padding=1), nn.Conv2d(384, 384, 3, padding=1),
                                      nn.Conv2d(384, 256, 3, padding=1)), nn.MaxPool2d(3, 2), *dense_layers(256)]


def vgg():
    layers, channels = [], 1
    for count, out in (1, 16), (1, 32), (2, 64), (2, 128), (2, 128):
        for _ in range(count):
            layers += relu(nn.Conv2d(channels, out, 3, padding=1))
            channels = out
        layers.append(nn.MaxPool2d(2, 2))
    return [*layers, *dense_layers(128)]


def nin():
    def block(channels, out, *window):
        return relu(nn.Conv2d(channels, out, *window), nn.Conv2d(out, out, 1), nn.Conv2d(out, out, 1))

    return [*block(1, 96, 11, 4, 0), nn.MaxPool2d(3, 2), *block(96, 256, 5, 1, 2), nn.MaxPool2d(3, 2),
            *block(256, 384, 3, 1, 1), nn.MaxPool2d(3, 2), *block(384, 10, 3, 1, 1), nn.AdaptiveAvgPool2d(1),
            nn.Flatten()]


def googlenet():
    def halve():
        return nn.MaxPool2d(3, 2, 1)

    return [*relu(nn.Conv2d(1, 64, 7, 2, 3)), halve(), *relu(nn.Conv2d(64, 64, 1), nn.Conv2d(64, 192, 3, padding=1)),
            halve(), Inception(192, 64, (96, 128), (16, 32), 32), Inception(256, 128, (128, 192), (32, 96), 64),
            halve(), Inception(480, 192, (96, 208), (16, 48), 64), Inception(512, 160, (112, 224), (24, 64), 64),
            Inception(512, 128, (128, 256), (24, 64), 64), Inception(512, 112, (144, 288), (32, 64), 64),
            Inception(528, 256, (160, 320), (32, 128), 128), halve(), Inception(832, 256, (160, 320), (32, 128), 128),
            Inception(832, 384, (192, 384), (48, 128), 128), *mean(1024)]


def stem():
    return [nn.Conv2d(1, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]


def resnet18():
    return [*stem(), Residual(64, 64), Residual(64, 64), Residual(64, 128, 2), Residual(128, 128),
            Residual(128, 256, 2), Residual(256, 256), Residual(256, 512, 2), Residual(512, 512), *mean(512)]


def densenet():
    layers, channels = stem(), 64
    for block in range(4):
        if block:
            layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels // 2, 1), nn.AvgPool2d(2, 2)]
            channels //= 2
        for _ in range(4):
            layers.append(Dense(channels, 32))
            channels += 32
    return [*layers, nn.BatchNorm2d(channels), nn.ReLU(), *mean(channels)]


def norm(channels):
    return [nn.BatchNorm2d(channels, 1e-3), nn.ReLU()]


def separable(channels, out, stride=1):
    window = dict(stride=2) if stride == 2 else dict(padding=1)
    return [nn.ZeroPad2d((0, 1, 0, 1)) if stride == 2 else nn.Identity(),
            nn.Conv2d(channels, channels, 3, groups=channels, **window), *norm(channels),
            nn.Conv2d(channels, out, 1), *norm(out)]


def resnet8():
    def block(channels, out, stride):
        return Residual(channels, out, stride, 1e-3, True)

    return [nn.Conv2d(3, 16, 3, padding=1), *norm(16), block(16, 16, 1), block(16, 32, 2), block(32, 64, 2), *mean(64)]


def ds_cnn():
    layers = [nn.ZeroPad2d((1, 1, 4, 5)), nn.Conv2d(1, 64, (10, 4), 2), *norm(64)]
    for _ in range(4):
        layers += separable(64, 64)
    return [*layers, *mean(64, 12)]


def mobilenet_025():
    layers, channels = [nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(3, 8, 3, 2), *norm(8)], 8
    for out, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1),
                        (128, 1), (256, 2), (256, 1)):
        layers += separable(channels, out, stride)
        channels = out
    return [*layers, *mean(256, 2)]


def autoencoder():
    layers, width = [nn.Flatten()], 640
    for out in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        layers += [nn.Linear(width, out), nn.BatchNorm1d(out, eps=1e-3), nn.ReLU()]
        width = out
    return [*layers, nn.Linear(width, 640)]


# With BatchNorm over few values a small difference grows fast: float32 follows float64 for ten steps if they are short.
NETWORKS = {"alexnet": (alexnet, (1, 65, 65), 10), "vgg": (vgg, (1, 32, 32), 10), "nin": (nin, (1, 67, 67), 10),
            "googlenet": (googlenet, (1, 32, 32), 10), "resnet18": (resnet18, (1, 48, 48), 10, 1e-5),
            "densenet": (densenet, (1, 48, 48), 10, 1e-4), "resnet8": (resnet8, (3, 32, 32), 10),
            "ds-cnn": (ds_cnn, (1, 49, 10), 12), "mobilenet-025": (mobilenet_025, (3, 64, 64), 2, 1e-6),
            "autoencoder": (autoencoder, (1, 1, 640), 0, 0.05)}


# Without classes the images are their own targets, of the mean squared error.
def numbers_of(layers, shape, classes, lr=0.02, images=16):
    torch.manual_seed(0)
    net = nn.Sequential(*layers()).double()
    x = torch.empty(images, *shape).uniform_(-1, 1).double()  # the draws behind the weights
    y = torch.arange(images) * 7 % classes if classes else x.flatten(1)
    loss_of = nn.functional.cross_entropy if classes else nn.functional.mse_loss
    optimizer = torch.optim.SGD(net.parameters(), lr)
    result = {"input": list(shape), "classes": classes, "lr": lr, "losses": []}
    for step in range(10):
        loss = loss_of(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            result["gradient"] = float(f"{sum(p.grad.square().sum() for p in net.parameters()).sqrt():.12g}")
        result["losses"].append(float(f"{loss.item():.12g}"))
        optimizer.step()
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out_dir")
    out = parser.parse_args().out_dir
    save_json(os.path.join(out, "modern.json"), {name: numbers_of(*net) for name, net in NETWORKS.items()})
