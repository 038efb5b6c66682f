#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/file.h"
#include "base/function_formula.h"
#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "lenet/pytorch.h"
#include "nn/container.h"
#include "nn/function_layer.h"
#include "nn/mask.h"
#include "nn/pool2d_shape.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// A class that PyTorch lacks.
struct PythonClass {
  const char* name;
  const char* text;
};

constexpr PythonClass kClasses[] = {{"Residual", R"(class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)
)"},
                                    {"Sum", R"(class Sum(nn.Sequential):
    def forward(self, x):
        return sum(branch(x) for branch in self)
)"},
                                    {"Concat", R"(class Concat(nn.Sequential):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], 1)
)"},
                                    {"Scale", R"(class Scale(nn.Sequential):
    def forward(self, x):
        y = super().forward(x)
        return x * y.reshape(y.shape + (1,) * (x.dim() - y.dim()))
)"},
                                    {"Affine2d", R"(class Affine2d(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return x * self.weight[:, None, None] + self.bias[:, None, None]
)"},
                                    {"ScaledTanh", R"(class ScaledTanh(nn.Module):
    def forward(self, x):
        return 1.7159 * torch.tanh(x * 2 / 3)
)"},
                                    {"LeNet5C3", R"(class LeNet5C3(nn.Conv2d):
    """The weights of channels that are not connected are and stay 0."""

    def __init__(self, connected):
        super().__init__(6, 16, 5)
        self.register_buffer("connected", torch.tensor(connected)[:, :, None, None], persistent=False)
        with torch.no_grad():
            self.weight *= self.connected

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.connected, self.bias)
)"}};

std::string pair_of(const Size2d& size) {
  return size.height == size.width ? fmt::format("{}", size.height)
                                   : fmt::format("({}, {})", size.height, size.width);
}

/// "kernel_size=5, padding=2".
std::string arguments_of(const Window& window) {
  std::string text =
      fmt::format("kernel_size={}, stride={}", pair_of(window.kernel), pair_of(window.stride));
  const auto& [before, after] = window.padding;
  if (before != after) {
    text += ", padding='same'";
  } else if (before != Size2d(0)) {
    text += fmt::format(", padding={}", pair_of(before));
  }
  if (window.dilation != Size2d(1)) text += fmt::format(", dilation={}", pair_of(window.dilation));
  return text;
}

const char* unless(bool usual, const char* otherwise) { return usual ? "" : otherwise; }

/// Which input channels each output channel sees, "[[1, 1, 1, 0, 0, 0], ...]".
std::string connections(const Layer& layer, const Shape& weight, std::int64_t parameters) {
  std::vector<std::vector<int>> connected(static_cast<std::size_t>(weight[0]),
                                          std::vector<int>(static_cast<std::size_t>(weight[1]), 1));
  const std::int64_t taps = weight[2] * weight[3];
  for (const ParameterRange& zeros : held_at_zero(layer, parameters)) {
    for (std::int64_t i = zeros.first; i < zeros.last; i += taps) {
      connected[static_cast<std::size_t>(i / taps / weight[1])]
               [static_cast<std::size_t>(i / taps % weight[1])] = 0;
    }
  }
  return fmt::format("{}", connected);
}

std::string norm_of(const GroupNormOp& op, const Shape& input) {
  if (!op.by_element) {
    return fmt::format("nn.GroupNorm({}, {}, eps={}{})", op.groups, input[0], op.eps,
                       unless(op.weight, ", affine=False"));
  }
  return fmt::format("nn.LayerNorm([{}], eps={}{}{})", fmt::join(input, ", "), op.eps,
                     unless(op.weight, ", elementwise_affine=False"),
                     unless(op.bias || !op.weight, ", bias=False"));
}

/// A layer as PyTorch builds it.
std::string module_of(const Layer& layer, const Shape& input, std::int64_t parameters) {
  if (layer.text() == "LeNet5C3") {
    return fmt::format("LeNet5C3({})",
                       connections(layer, layer.parameters().front().shape, parameters));
  }
  return std::visit(
      Overloaded{[&](const Conv2dOp& op) {
                   return fmt::format("nn.Conv2d({}, {}, {}{}{})", input[0],
                                      layer.parameters().front().shape[0], arguments_of(op.window),
                                      op.groups > 1 ? fmt::format(", groups={}", op.groups) : "",
                                      unless(op.bias, ", bias=False"));
                 },
                 [&](const LinearOp& op) {
                   return fmt::format("nn.Linear({}, {}{})", input[0],
                                      layer.parameters().front().shape[0],
                                      unless(op.bias, ", bias=False"));
                 },
                 [&](const Pooling2d auto&) { return "nn." + layer.text(); },
                 [&](const BatchNormOp& op) {
                   return fmt::format("nn.BatchNorm{}d({}, eps={}, momentum={}{})",
                                      input.size() == 1 ? 1 : 2, input[0], op.eps, op.momentum,
                                      unless(op.affine, ", affine=False"));
                 },
                 [&](const GroupNormOp& op) { return norm_of(op, input); },
                 [&](const AffineOp&) { return fmt::format("Affine2d({})", input[0]); },
                 [&](const PReLUOp&) { return "nn." + layer.text(); },
                 [](const UpsampleOp& op) {
                   return fmt::format("nn.Upsample(scale_factor={})", pair_of(op.scale));
                 },
                 [](const FunctionOp& op) {
                   const bool own = op.function.kind == Function::Kind::kScaledTanh;
                   const bool number = entry_of(op.function.kind).c.number != nullptr;
                   if (op.function.kind == Function::Kind::kGELUTanh) {
                     return std::string("nn.GELU(approximate='tanh')");
                   }
                   return fmt::format("{}{}({})", own ? "" : "nn.", name_of(op.function.kind),
                                      number ? fmt::format("{}", op.function.a) : "");
                 },
                 [](const DropoutOp& op) { return fmt::format("nn.Dropout({})", op.p); },
                 [](const ZeroPad2dOp& op) {
                   const auto& [before, after] = op.padding;
                   return fmt::format("nn.ZeroPad2d(({}, {}, {}, {}))", before.width, after.width,
                                      before.height, after.height);
                 },
                 [](const FlattenOp&) { return std::string("nn.Flatten()"); },
                 [](const OneOf<SumOp, ConcatOp, ScaleOp, UserOp> auto&) -> std::string {
                   unknown("module");
                 }},
      layer.operation());
}

std::string modules_of(const Sequential& net, const std::string& path, int depth);

/// A container with what is in it; each branch of a Sum or Concat is an nn.Sequential.
std::string module_of(const Container& container, const std::string& path, int depth) {
  const bool several = !container.prefix(0).empty();
  const std::string indent(static_cast<std::size_t>(4 * depth), ' ');
  std::string inside;
  for_each_branch(container, path, [&](const Sequential& branch, const std::string& within) {
    if (!several) {
      inside += modules_of(branch, within, depth + 1);
    } else if (branch.size() == 0) {
      inside += fmt::format("{}    nn.Sequential(),\n", indent);
    } else {
      inside += fmt::format("{0}    nn.Sequential(\n{1}{0}    ),\n", indent,
                            modules_of(branch, within, depth + 2));
    }
  });
  const std::string name = container.name();
  return fmt::format("{}(\n{}{})", name.empty() ? "nn.Sequential" : name, inside, indent);
}

/// A line a layer.
std::string modules_of(const Sequential& net, const std::string& path, int depth) {
  std::string text;
  const std::string indent(static_cast<std::size_t>(4 * depth), ' ');
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const std::string at = fmt::format("{}{}", path, i);
    const Container* container = container_of(net[i]);
    require(container || !is_user_layer(net[i]),
            fmt::format("layer {}, {}, which PyTorch does not know", at, own_layer_text(net[i])));
    const ParameterRange range = net.parameter_range(i);
    const Shape& input = i == 0 ? net.input_shape() : net.output_shape(i - 1);
    text += fmt::format("{}{},\n", indent,
                        container ? module_of(*container, at, depth)
                                  : module_of(net[i], input, range.last - range.first));
  }
  return text;
}

/// What makes of bytes, or of the numbers of images of floats, what the network takes.
std::string images_function(const Normalization& n, bool floats) {
  const char* images = floats ? "pixels" : "pixels / 255";
  std::string text = fmt::format(
      "def images(pixels):\n"
      "    \"\"\"Of {} (N, channels, height, width), what the network takes.\"\"\"\n",
      floats ? "numbers" : "bytes");
  if (n.mean.empty()) return text + fmt::format("    return {}\n", images);
  return text + fmt::format(
                    "    mean = torch.tensor({})[:, None, None]\n"
                    "    deviation = torch.tensor({})[:, None, None]\n"
                    "    return ({} - mean) / deviation\n",
                    n.mean, n.deviation, images);
}

}  // namespace

std::string pytorch_module(const Model& model) {
  model.net.require_built();
  const std::string modules = modules_of(model.net, "", 1);
  std::string text =
      "# A network of lenet in PyTorch. Its state_dict has the names of model.safetensors:\n"
      "#\n"
      "#     net.load_state_dict(safetensors.torch.load_file(\"model.safetensors\"), strict=True)\n"
      "import torch\n"
      "from torch import nn\n\n\n";
  for (const PythonClass& c : kClasses) {
    if (modules.find(fmt::format(" {}(", c.name)) != modules.npos)
      text += std::string(c.text) + "\n\n";
  }
  text += fmt::format("net = nn.Sequential(\n{})\n\n\n", modules);
  return text + images_function(model.net.normalization(), model.origin.float_images);
}

void export_pytorch(const std::filesystem::path& path, const Model& model) {
  write_file(path, pytorch_module(model));
}

}  // namespace lenet
