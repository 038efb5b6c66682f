#!/usr/bin/env python3
"""Writes the reference numbers for what goes beyond the chapter: optimizers, learning rate schedules, label smoothing,
gradient clipping, batch normalisation and further layers, with PyTorch on the CPU (Debian: python3-torch,
python3-numpy, dataset-fashion-mnist).

All is computed in float32, on one thread, by PyTorch's own classes. See README.md beside this file for what each
output holds.

usage: make_beyond.py OUT_DIR      (tests/golden: make_beyond.py .)
"""
import argparse
import json
import os
import re
import warnings

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

from make_golden import fashion_mnist, save_safetensors, xavier


def numbers(values):
    """A tensor as nested lists, nine significant digits a number: a float32 comes back to the bit."""
    if torch.is_tensor(values):
        values = values.tolist()
    return [numbers(v) for v in values] if isinstance(values, list) else float(f"{values:.9g}")


def save_json(path, content):
    text = json.dumps(content, indent=1, allow_nan=False)
    text = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)  # a list a line
    with open(path, "w") as f:
        f.write(text + "\n")


def learning_rates(make_scheduler, steps, lr=0.1):
    """The lr that each of `steps` steps is made with; the optimizer has no gradient, so only the lr moves."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler, rates = make_scheduler(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def one_cycle(optimizer, max_lr, total_steps, **options):
    """Of the learning rate alone: the momentum, which PyTorch cycles unless told not to, stays."""
    return lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps, cycle_momentum=False, **options)


def optimizers(out):
    torch.manual_seed(0)
    start = torch.randn(12)
    gradients = torch.randn(6, 12) * torch.logspace(-4, 1, 12)  # small ones show where eps is added
    gradients[:, 5] = 0  # only weight decay moves this parameter
    sgd = {"lr": 0.1, "momentum": 0, "dampening": 0, "nesterov": False, "weight_decay": 0}
    adam = {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0}
    rmsprop = {"lr": 0.01, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0, "momentum": 0}
    configurations = [
        ("sgd", "SGD", sgd),
        ("momentum", "SGD", {**sgd, "momentum": 0.9}),
        ("momentum_dampening", "SGD", {**sgd, "momentum": 0.9, "dampening": 0.5}),
        ("nesterov", "SGD", {**sgd, "momentum": 0.9, "nesterov": True}),
        ("nesterov_weight_decay", "SGD", {**sgd, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}),
        ("nesterov_changing_lr", "SGD", {**sgd, "lr": [0.02, 0.05, 0.1, 0.08, 0.03, 0.001], "momentum": 0.9,
                                         "nesterov": True}),
        ("adam", "Adam", adam),
        ("adam_weight_decay", "Adam", {**adam, "weight_decay": 1e-2, "betas": [0.8, 0.95], "eps": 1e-6}),
        ("adamw", "AdamW", {**adam, "weight_decay": 1e-2}),
        ("adamw_weight_decay", "AdamW", {**adam, "weight_decay": 0.1, "betas": [0.9, 0.99]}),
        ("rmsprop", "RMSprop", rmsprop),
        ("rmsprop_weight_decay", "RMSprop", {**rmsprop, "weight_decay": 1e-2, "alpha": 0.9, "eps": 1e-6}),
        ("rmsprop_momentum", "RMSprop", {**rmsprop, "momentum": 0.9, "weight_decay": 5e-4}),
    ]
    results = []
    for name, kind, options in configurations:
        lr = options["lr"] if isinstance(options["lr"], list) else [options["lr"]] * len(gradients)
        p = start.clone().requires_grad_()
        optimizer, parameters = getattr(torch.optim, kind)([p], **{**options, "lr": lr[0]}), []
        for rate, gradient in zip(lr, gradients):
            optimizer.param_groups[0]["lr"] = rate
            p.grad = gradient.clone()
            optimizer.step()
            parameters.append(numbers(p))
        state = {key: numbers(value) for key, value in optimizer.state[p].items() if value is not None}
        results.append({"name": name, "optimizer": kind, "options": {**options, "lr": lr}, "parameters": parameters,
                        "state": state})
    save_json(f"{out}/optimizers.json",
              {"start": numbers(start), "gradients": numbers(gradients), "configurations": results})


def schedules(out):
    linear = lambda o: lr_scheduler.LinearLR(o, start_factor=1 / 10, end_factor=1, total_iters=9)
    cosine = lambda o, steps, eta_min=0: lr_scheduler.CosineAnnealingLR(o, steps, eta_min)
    save_json(f"{out}/schedules.json", {
        "step": learning_rates(lambda o: lr_scheduler.StepLR(o, step_size=30, gamma=0.3), 100),
        "cosine": learning_rates(lambda o: cosine(o, 100), 100),
        "cosine_eta_min": learning_rates(lambda o: cosine(o, 100, 0.001), 100),
        "one_cycle_cos": learning_rates(lambda o: one_cycle(o, 0.1, 100, anneal_strategy="cos"), 100),
        "one_cycle_linear": learning_rates(lambda o: one_cycle(o, 0.1, 100, anneal_strategy="linear"), 100),
        "one_cycle_37": learning_rates(
            lambda o: one_cycle(o, 0.1, 37, pct_start=0.25, div_factor=10, final_div_factor=100), 37),
        "warm_up": learning_rates(linear, 100),
        "warm_up_cosine": learning_rates(
            lambda o: lr_scheduler.SequentialLR(o, [linear(o), cosine(o, 90)], milestones=[10]), 100),
    })


def label_smoothing(out):
    torch.manual_seed(0)
    logits = torch.randn(16, 10) * 3
    logits[3] = torch.tensor([50., -50, 49.5, 0, 30, -20, 50, 10, -1, 48])
    logits[7] += 100  # exp of these overflows a float
    labels = torch.randint(0, 10, (16,))
    results = []
    for smoothing in (0, 0.05, 0.1, 0.3):
        x = logits.clone().requires_grad_()
        loss = F.cross_entropy(x, labels, label_smoothing=smoothing)
        loss.backward()
        results.append({"label_smoothing": smoothing, "loss": numbers(loss.detach()), "gradient": numbers(x.grad)})
    weights, weighted = torch.tensor([1, 2, 0.5, 0, 3, 1, 1, 0.25, 4, 1.5]), []
    for smoothing in (0, 0.1):
        x = logits.clone().requires_grad_()
        loss = F.cross_entropy(x, labels, weight=weights, label_smoothing=smoothing)
        loss.backward()
        weighted.append({"label_smoothing": smoothing, "loss": numbers(loss.detach()), "gradient": numbers(x.grad)})
    save_json(f"{out}/label_smoothing.json", {"logits": numbers(logits), "labels": labels.tolist(), "cases": results,
                                              "class_weights": numbers(weights), "weighted": weighted})


def row_losses(out):
    torch.manual_seed(1)
    x = torch.randn(13, 19) * 3
    x[2, :4] = torch.tensor([90., -90, 0, 30])
    rows = {"mse": torch.randn(13, 19), "bce": torch.rand(13, 19), "cross-entropy": torch.randn(13, 19).softmax(1)}
    rows["bce"][:, :5] = (rows["bce"][:, :5] > 0.5).float()
    rows["mse"][1] = x[1]  # no error at all
    rows["l1"] = rows["mse"]
    cases = []
    for name, loss in (("mse", F.mse_loss), ("l1", F.l1_loss), ("bce", F.binary_cross_entropy_with_logits),
                       ("cross-entropy", F.cross_entropy)):
        y = x.clone().requires_grad_()
        value = loss(y, rows[name])
        value.backward()
        cases.append({"loss": name, "targets": numbers(rows[name]), "value": numbers(value.detach()),
                      "gradient": numbers(y.grad)})
    save_json(f"{out}/row_losses.json", {"outputs": numbers(x), "cases": cases})


def sampler(out):
    """What a loader with a WeightedRandomSampler visits in two epochs."""
    weights = torch.tensor([1, 0.25, 3, 0, 0.5, 2, 1 / 3, 0.1, 5, 1], dtype=torch.double)
    torch.manual_seed(3)
    drawn = torch.utils.data.WeightedRandomSampler(weights, 40)
    loader = torch.utils.data.DataLoader(torch.arange(10), batch_size=8, sampler=drawn)
    epochs = [[int(i) for batch in loader for i in batch] for _ in range(2)]
    save_json(f"{out}/sampler.json", {"seed": 3, "weights": weights.tolist(), "epochs": epochs})


def clip(out):
    torch.manual_seed(0)
    gradient, results = torch.randn(20) * 3, []
    for max_norm in (1.0, 100.0):
        p = torch.zeros(20, requires_grad=True)
        p.grad = gradient.clone()
        norm = nn.utils.clip_grad_norm_([p], max_norm)
        results.append({"max_norm": max_norm, "total_norm": numbers(norm), "clipped": numbers(p.grad)})
    save_json(f"{out}/clip.json", {"gradient": numbers(gradient), "cases": results})


def norm_net(out):
    images, labels = fashion_mnist("train")
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6, eps=0.001, momentum=0.3), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(6 * 6 * 6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 10))
    for module in net:
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    state = lambda: {name: t for name, t in net.state_dict().items() if not name.endswith("num_batches_tracked")}
    save_safetensors(f"{out}/norm_net_init.safetensors", state())

    options = {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4}
    sgd, losses = torch.optim.SGD(net.parameters(), **options), []
    for first in (0, 40, 80):
        sgd.zero_grad()
        loss = F.cross_entropy(net(images[first:first + 40]), labels[first:first + 40], label_smoothing=0.1)
        loss.backward()
        sgd.step()
        losses.append(numbers(loss.detach()))
    momentum = {"momentum." + name: sgd.state[p]["momentum_buffer"] for name, p in net.named_parameters()}
    save_safetensors(f"{out}/norm_net_step3.safetensors", {**state(), **momentum})
    net.eval()
    with torch.no_grad():
        logits = net(images[120:130])
    save_json(f"{out}/norm_net.json", {
        "model": "Conv2d(4, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) Conv2d(6, 3) BatchNorm2d(eps=0.001, "
                 "momentum=0.3) Sigmoid AvgPool2d(2) Flatten Linear(16) BatchNorm1d ReLU Linear(10)",
        "batch_size": 40, "optimizer": "SGD", "options": options, "label_smoothing": 0.1, "loss": losses,
        "eval_logits": numbers(logits)})


def layers(out):
    x = torch.cat([torch.linspace(-8, 8, 17), torch.tensor(
        [-5.3, -3.7, -2.25, -0.7, -0.5, -0.1, -0.001, 0.001, 0.1, 0.25, 0.5, 0.9, 2.6, 4.4, 6.2])]).sort().values
    torch.manual_seed(0)
    dy, maps, dpooled = torch.randn(32), torch.randn(3, 5, 4), torch.randn(3, 1, 1)
    cases = [
        ("LeakyReLU(0.01)", nn.LeakyReLU(0.01), x, dy),
        ("LeakyReLU(0.2)", nn.LeakyReLU(0.2), x, dy),
        ("SiLU", nn.SiLU(), x, dy),
        ("AdaptiveAvgPool2d(1)", nn.AdaptiveAvgPool2d(1), maps, dpooled),
        ("1.7159 * tanh(2 / 3 * x)", lambda x: 1.7159 * torch.tanh(2 / 3 * x), x, dy),
    ]
    results = []
    for name, layer, x, dy in cases:
        x = x.clone().requires_grad_()
        y = layer(x)
        y.backward(dy)
        results.append({"layer": name, "shape": list(x.shape), "x": numbers(x.flatten()), "y": numbers(y.flatten()),
                        "dy": numbers(dy.flatten()), "dx": numbers(x.grad.flatten())})
    save_json(f"{out}/layers.json", {"cases": results})


def onecycle_net(out):
    images, labels = fashion_mnist("train")
    mean, deviation = images.double().mean().item(), images.double().std(unbiased=False).item()
    images = images[:20 * 256].sub(mean).div(deviation)
    runs = []
    for kind, max_lr, options in (("AdamW", 0.005, {"betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01}),
                                  ("SGD", 0.1, {"momentum": 0.9, "nesterov": True, "weight_decay": 5e-4})):
        losses = {}
        for dtype in (torch.float32, torch.float64):
            torch.manual_seed(0)
            net = nn.Sequential(
                nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(6, 16, kernel_size=5), nn.ReLU(), nn.MaxPool2d(2),
                nn.Flatten(), nn.Linear(16 * 5 * 5, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
            net.apply(xavier).to(dtype)
            optimizer = getattr(torch.optim, kind)(net.parameters(), lr=max_lr, **options)
            scheduler, losses[dtype], rates = one_cycle(optimizer, max_lr, 20), [], []
            for x, y in zip(images.to(dtype).split(256), labels.split(256)):
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.zero_grad()
                loss = F.cross_entropy(net(x), y)
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses[dtype].append(numbers(loss.detach()))
        runs.append({"optimizer": kind, "options": options, "max_lr": max_lr, "lr": rates,
                     "loss": losses[torch.float32], "loss_float64": losses[torch.float64]})
    save_json(f"{out}/onecycle_net.json", {
        "model": "Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Conv2d(16, 5) ReLU MaxPool2d(2) Flatten Linear(120) ReLU "
                 "Linear(84) ReLU Linear(10)",
        "seed": 0, "batch_size": 256, "order": "file order, no shuffle", "mean": mean, "deviation": deviation,
        "runs": runs})


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args = args.parse_args()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    # SequentialLR starts its second schedule by an argument that PyTorch itself calls deprecated.
    warnings.filterwarnings("ignore", category=UserWarning, module="torch.optim.lr_scheduler")
    for write in (optimizers, schedules, label_smoothing, row_losses, sampler, clip, norm_net, layers, onecycle_net):
        write(args.out)


if __name__ == "__main__":
    main()
