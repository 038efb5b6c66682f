"""Writes onnx/: networks as PyTorch's exporter writes them, and their logits."""
import json

import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


class Viewed(nn.Module):
    """Flattens by the batch's size at hand, ends in a softmax."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3)
        self.linear = nn.Linear(75, 4, bias=False)
        self.norm = nn.BatchNorm1d(4)

    def logits(self, x):
        x = torch.max_pool2d(torch.relu(self.conv(x)), 2)
        return self.norm(self.linear(x.view(x.size(0), -1)))

    def forward(self, x):
        return torch.softmax(self.logits(x), 1)


pooled = nn.Sequential(
    nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(3, 4, 3),
    nn.BatchNorm2d(4), nn.Tanh(), nn.AvgPool2d(3, stride=2, padding=1), nn.Flatten(), nn.Linear(16, 5),
    nn.Dropout(), nn.LeakyReLU(0.2), nn.Linear(5, 4))
nets = {"pooled": pooled, "viewed": Viewed()}
x = torch.randint(0, 256, (3, 1, 12, 12)) / 255
answers = {"x": x.flatten().tolist()}


def export(name, net):
    net.eval()
    with torch.no_grad():
        answers[name] = (net.logits(x) if name == "viewed" else net(x)).flatten().tolist()
    for opset in (7, 9, 13, 17):
        torch.onnx.export(net, x, f"onnx/{name}_{opset}.onnx", opset_version=opset, input_names=["x"],
                          output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})


for name, net in nets.items():
    for module in net.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    export(name, net)

# In nine nodes each up to opset 16, in one from 17 on.
normed = nn.Sequential(
    nn.Conv2d(1, 3, 3), nn.LayerNorm([3, 10, 10]), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.LayerNorm(75, eps=1e-3), nn.Linear(75, 6), nn.LayerNorm(6), nn.Linear(6, 4))
for module in normed.modules():
    if isinstance(module, nn.LayerNorm):
        nn.init.normal_(module.weight)
        nn.init.normal_(module.bias)
export("normed", normed)
with open("onnx/logits.json", "w") as file:
    json.dump(answers, file)
