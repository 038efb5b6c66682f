// A network: layers one after the other, and their parameters.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lenet/export.h"
#include "lenet/layer.h"
#include "lenet/random.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// A parameter tensor of a network. Valid as long as the network is neither moved nor built anew.
struct NamedParameter {
  std::string name;  ///< as torch.nn.Sequential names it: "0.weight"
  ParameterInfo info;
  std::span<float> values;
};

/// A pixel counts as (byte / 255 - mean) / deviation of its channel; as byte / 255 where both are
/// empty.
struct Normalization {
  std::vector<float> mean, deviation;

  bool operator==(const Normalization&) const = default;
};

class Container;
class Sequential;

/// A layer, a container of lenet/containers.h, or a Sequential that becomes a group in another.
template <class L>
concept NetworkElement = std::derived_from<L, Layer> || std::same_as<L, Sequential>;

/// torch.nn.Sequential. Input sizes are inferred: build() gives the layers their shapes and the
/// parameters their memory.
class Sequential {
 public:
  template <NetworkElement... L>
  explicit Sequential(L... layers) {
    (take(std::move(layers)), ...);
  }

  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;

  /// A network from the model text, e.g. "Flatten Linear(10)". Throws Error (kUsage) with the
  /// position of what is wrong.
  static Sequential parse(std::string_view text);

  void add(std::unique_ptr<Layer> layer);

  std::int64_t size() const { return static_cast<std::int64_t>(layers_.size()); }
  Layer& operator[](std::int64_t i) { return *layers_[static_cast<std::size_t>(i)]; }
  const Layer& operator[](std::int64_t i) const { return *layers_[static_cast<std::size_t>(i)]; }

  /// The model text: parse(text()) is the same network.
  std::string text() const;

  /// Infers all shapes from that of one image and draws the parameters from PyTorch's defaults,
  /// layer by layer. Throws Error (kUsage) if a layer cannot take its input or the network is too
  /// large; the network is then not built.
  void build(const Shape& input, Generator& generator);
  bool built() const { return !shapes_.empty(); }

  /// Throws Error (kUsage) before build().
  void require_built() const;

  /// After build(): the input's shape, and each layer's output.
  const Shape& input_shape() const { return shapes_.front(); }
  const Shape& output_shape() const { return shapes_.back(); }
  const Shape& output_shape(std::int64_t layer) const {
    return shapes_[static_cast<std::size_t>(layer + 1)];
  }

  // Views of the values of a network that is gone by the end of the expression are refused.
  std::span<const float> parameters() && = delete;
  std::span<const float> buffers() && = delete;

  /// After build(): all parameters in one piece, layer by layer.
  std::span<float> parameters() & { return parameters_; }
  std::span<const float> parameters() const& { return parameters_; }
  std::vector<NamedParameter> named_parameters() &;

  /// Place of a layer's parameters in parameters().
  ParameterRange parameter_range(std::int64_t layer) const {
    return ranges_[static_cast<std::size_t>(layer)];
  }

  /// Lets each layer constrain its parameters, after something has set them.
  void constrain();

  /// After build(): what the layers remember besides, such as running means, in the same way.
  std::span<float> buffers() & { return buffers_; }
  std::span<const float> buffers() const& { return buffers_; }
  std::vector<NamedParameter> named_buffers() &;
  ParameterRange buffer_range(std::int64_t layer) const {
    return buffer_ranges_[static_cast<std::size_t>(layer)];
  }

  /// What images of bytes are standardised by before the first layer; at first by nothing.
  const Normalization& normalization() const { return normalization_; }

  /// Throws Error (kUsage) unless there is one finite mean and one deviation above 0 for each
  /// channel of the input, or none. After build().
  void set_normalization(Normalization normalization);

 private:
  friend class Container;

  /// What the layers of a network sum up to while build() infers their shapes.
  struct Totals {
    std::int64_t values = 0;  ///< of an image, the input's among them
    std::int64_t parameters = 0, buffers = 0;
    int depth = 0;  ///< containers around what comes next
  };

  template <class L>
  void take(L&& layer) {
    if constexpr (std::same_as<L, Sequential>) {
      add_group(std::move(layer));
    } else if constexpr (std::derived_from<L, Container>) {
      add_container(std::move(layer));
    } else {
      add(std::make_unique<L>(std::move(layer)));
    }
  }
  void add_group(Sequential&& layers);
  void add_container(Container&& container);

  /// Gives all layers their shapes and places; of the layers of a container too. `path` stands
  /// before a layer's number. Throws Error (kUsage).
  void infer(const Shape& input, const std::string& path, Totals& totals);
  Shape infer_layer(Layer& layer, const Shape& input, const std::string& path, Totals& totals);

  template <class F>
  std::vector<NamedParameter> named(std::span<float> values, F of) const;

  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Shape> shapes_;
  std::vector<ParameterRange> ranges_;
  std::vector<float> parameters_;
  std::vector<ParameterRange> buffer_ranges_;
  std::vector<float> buffers_;
  Normalization normalization_;
};

/// nn.init.xavier_uniform_ for the weights of every Conv2d and Linear, biases untouched: D2L's
/// init_weights. Throws Error (kUsage) for a weight of one dimension.
void xavier_uniform(Sequential& net, Generator& generator);

/// nn.init.normal_ for the same weights.
void normal_weights(Sequential& net, double mean, double deviation, Generator& generator);

/// nn.init.constant_ for the same weights.
void constant_weights(Sequential& net, float value);

/// The network of D2L 6.6: LeNet-5 with sigmoid, average pooling and without the Gaussian layer.
Sequential make_lenet();

/// A network by its short name, with an output a class; nothing if there is none of that name.
/// Throws Error (kUsage) unless classes is 1 or more.
std::optional<Sequential> make_preset(std::string_view name, std::int64_t classes = 10);

/// The short names, in the order of the alphabet.
std::vector<std::string> preset_names();

}  // namespace lenet
