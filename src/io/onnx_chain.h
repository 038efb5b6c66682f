// The layers of an ONNX graph, each behind the other, as they are found.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "io/onnx_front.h"
#include "io/onnx_operator.h"
#include "lenet/containers.h"
#include "lenet/layers.h"
#include "lenet/sequential.h"

namespace lenet::onnx {

/// Who wrote the graph and what it takes for a pixel.
struct Source {
  bool own = false;    ///< lenet, which standardises byte / 255 by Sub and Div alone
  bool bytes = false;  ///< its input is of bytes
};

/// What all layers of a graph may still take, and what may still be read and changed for them.
struct Allowance {
  std::int64_t values, layers;
  std::int64_t work;  ///< values read of constants or moved with a layer's

  void spend(std::int64_t count) {
    if ((work -= count) < 0) refuse("constants or layers that are used again and again");
  }
};

/// How values meet: added up, multiplied, or side by side along ONNX's axis.
struct Meeting {
  Container::Kind kind;
  std::int64_t axis = 0;
};

/// The graph's values stand beside lenet's, which are (channels, height, width) or (features): the
/// same elements in the same order, or with the channels last.
class Chain {
 public:
  struct Piece {
    std::unique_ptr<Layer> layer;
    std::vector<float> parameters, buffers;
    Shape input;  ///< lenet's
  };

  /// `input`: (features), (channels, height, width), (height, width, channels) or (height, width);
  /// `batch` as the file fixes it, or -1. The layers take theirs of `allowance`, which outlives the
  /// chain. Throws Error.
  Chain(std::int64_t batch, const Shape& input, const Source& source, Allowance& allowance);

  /// A chain from the last value on: one of several that read it. None of its layers is in front of
  /// all others, and none before it changes any more.
  Chain branch() const;

  /// What branches of this chain give, as one layer behind the others: a Residual where one of two
  /// summands is the value itself. Throws Error where they do not meet.
  void join(const Meeting& meeting, std::vector<Chain> branches);

  std::int64_t batch() const { return batch_; }
  const Source& source() const { return source_; }

  /// The shape of the last value as ONNX has it, without the batch, and as lenet has it.
  const Shape& dims() const { return dims_; }
  const Shape& shape() const { return shape_; }

  /// Which of dims() are the channels, or the features.
  std::size_t channel_axis() const;

  /// The same as (channels, height, width) or (features). Throws Error if it is the other one. An
  /// input may be taken for an image with its channels last, until something wants them first.
  const Shape& require_image();
  std::int64_t require_features() const;

  /// The values are floats from here on, as those of an input of bytes are not at first.
  void cast_to_floats() { floats_ = true; }
  void require_floats() const;

  /// How many groups of channels the graph sees in place of an image; 0: none.
  std::int64_t groups() const { return grouped_ ? dims_[0] : 0; }

  /// The layer and its values behind the others. Throws Error if it cannot take the shape.
  void add(std::unique_ptr<Layer> layer, std::vector<float> parameters = {},
           std::vector<float> buffers = {});

  /// The last layer with other values, as with a bias: it gives the same shape.
  void replace_last(std::unique_ptr<Layer> layer, std::vector<float> parameters);

  /// To another shape with as many elements, and to another order of the axes, the batch's first;
  /// flatten(): to (features). Throws Error where that is more than another view of the images.
  void reshape(const Shape& dims);
  void transpose(const std::vector<std::int64_t>& order);
  void flatten();

  /// Rows with a value a feature, in the order of lenet's features. take_order(): what comes behind
  /// is no longer in ONNX's.
  std::vector<float> in_order(std::vector<float> rows) const;
  std::vector<float> take_order(std::vector<float> rows);

  /// Zeros round the image, which a window behind may take; settle_padding() makes a ZeroPad2d of
  /// what none took.
  void pad(const Padding& zeros);
  Padding take_padding();
  void settle_padding();

  bool empty() const { return pieces_.empty(); }

  /// Whether no layer stands before what comes next.
  bool at_input() const { return empty() && !within_ && padding_ == Padding(); }
  const Piece& last() const { return pieces_.back(); }

  Front front;

  /// The network of all layers, built.
  Sequential finish();

 private:
  explicit Chain(Allowance& allowance) : allowance_(&allowance) {}

  static void require_size(const Shape& shape);
  void take_values(const Layer& layer, std::int64_t more, std::size_t parameters);

  void take_input(const Shape& dims);
  void resize(const Size2d& by);
  bool take_back_flatten(const Shape& dims);
  bool is_grouping(const Shape& dims) const;
  void insert_affine(bool bytes);
  void count_layer();
  void require_one_layout(const Chain& other, const Meeting& meeting) const;
  void require_meets(const Chain& other, const Meeting& meeting) const;
  void require_axis(std::int64_t axis) const;
  static void require_scales(const std::vector<Chain>& branches);
  static void require_joins(const Meeting& meeting, const std::vector<Chain>& branches);
  static Piece as_piece(Container::Kind kind, std::vector<Chain>& branches);

  std::int64_t batch_ = -1;
  Shape input_, shape_, dims_;
  std::optional<Shape> interleaved_;  ///< the image whose channels the graph has last
  bool grouped_ = false;              ///< `dims_` are groups of channels and what each holds
  Padding padding_;
  Allowance* allowance_;
  Source source_;
  bool floats_ = true;
  bool within_ = false;  ///< a branch of another chain
  int depth_ = 0;        ///< of the brackets in it
  std::vector<Piece> pieces_;
};

/// Whether an image's elements stand in another order with the channels last.
bool orders_differ(const Shape& image);

/// Adds the layer of a node to the chain, or none if it changes nothing. Throws Error (kBadInput,
/// kUsage) for what lenet does not have.
void add_layer(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
