// The integers of a device, on this machine.
#include "export/int8_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/require.h"
#include "base/thread_team.h"
#include "export/c_source.h"
#include "export/node_values.h"
#include "lenet/scores.h"

namespace lenet {
namespace {

class Dequantized final : public Int8Output {
 public:
  Dequantized(std::int64_t value, const Affine8& scale, const Shape& shape)
      : Int8Output(value),
        shape_(shape),
        zero_(scale.zero),
        scale_(static_cast<float>(scale.scale)) {}

  Floats run(const Int8s& x) const override {
    Floats y;
    for (const std::int8_t q : x) y.push_back(static_cast<float>(q - zero_) * scale_);
    return y;
  }

  void write(CSource& c) const override {
    c.call("dequantize",
           fmt::format("{}, {}, {}, {}, {}", element_count(shape_), zero_, c_float(scale_),
                       c.at(input()), c.interface().output),
           to_string(shape_));
  }

 private:
  Shape shape_;
  std::int32_t zero_;
  float scale_;
};

}  // namespace

std::unique_ptr<Int8Output> dequantized(std::int64_t value, const Affine8& scale,
                                        const Shape& shape) {
  return std::make_unique<Dequantized>(value, scale, shape);
}

void require_image_shape(const Dataset& data, const Shape& wanted) {
  require(data.image_shape() == wanted,
          fmt::format("the images have shape {}, the network was built for {}",
                      to_string(data.image_shape()), to_string(wanted)));
}

std::vector<float> QuantizedNetwork::logits_of(std::vector<std::int8_t> image) const {
  NodeValues<std::int8_t> values(std::move(image));
  for (const auto& operation : state_->operations) values.run(*operation);
  return state_->last->run(values.of(state_->last->input()));
}

std::vector<float> QuantizedNetwork::logits(const std::uint8_t* pixels) const {
  require(state_->image.takes_bytes(), "integers: calibrated on images of floats, not of bytes");
  return logits_of(state_->image.of(pixels, element_count(state_->input)));
}

std::vector<float> QuantizedNetwork::logits(const float* numbers) const {
  require(!state_->image.takes_bytes(), "integers: calibrated on images of bytes, not of floats");
  return logits_of(state_->image.of(numbers, element_count(state_->input)));
}

std::vector<float> forward(const QuantizedNetwork& net, const Dataset& data, int threads) {
  require_image_shape(data, net.state().input);
  const std::int64_t width = element_count(net.state().output);
  std::vector<float> outputs(static_cast<std::size_t>(data.size() * width));
  ThreadTeam team(threads > 0 ? threads : available_cpus());
  team.run(data.size(), [&](std::int64_t n, int) {
    const auto logits = data.has_bytes() ? net.logits(data.image(n)) : net.logits(data.floats(n));
    std::ranges::copy(logits, outputs.begin() + n * width);
  });
  return outputs;
}

double evaluate_accuracy(const QuantizedNetwork& net, const Dataset& data, int threads) {
  require_classes(data, "the accuracy of integers");
  const std::vector<float> outputs = forward(net, data, threads);
  return top_k_accuracy_score({outputs, element_count(net.state().output)}, data.labels(), 1);
}

}  // namespace lenet
