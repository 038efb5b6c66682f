// Trains a few steps on images of its own, saves, loads and predicts. Exits with 1 if a result is
// wrong.
#include <lenet/d2l.h>
#include <lenet/lenet.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

namespace {

constexpr std::int64_t kImages = 64, kPixels = 8 * 8;

/// Even images dark, odd ones bright.
lenet::Dataset make_images() {
  auto pixels = std::make_unique<std::uint8_t[]>(kImages * kPixels);
  std::vector<lenet::Label> labels;
  for (std::int64_t i = 0; i < kImages; ++i) {
    std::fill_n(pixels.get() + i * kPixels, kPixels, i % 2 ? 220 : 30);
    labels.push_back(i % 2);
  }
  return {std::move(pixels), 0, {1, 8, 8}, std::move(labels), 2, {"dark", "bright"}};
}

/// A layer of the user's: its class derives from one of the library's.
class Halve : public lenet::Layer {
 public:
  std::string text() const override { return "Halve"; }
  lenet::Shape infer(const lenet::Shape& input) override {
    count_ = lenet::element_count(input) * lenet::kPack;
    return input;
  }
  void forward(const lenet::ForwardPass& pass) const override {
    for (std::int64_t i = 0; i < count_; ++i) pass.y[i] = pass.x[i] / 2;
  }
  void backward(const lenet::BackwardPass& pass) const override {
    for (std::int64_t i = 0; pass.dx && i < count_; ++i) pass.dx[i] = pass.dy[i] / 2;
  }

 private:
  std::int64_t count_ = 0;
};

bool trains() {
  const lenet::Dataset data = make_images();
  lenet::Sequential net = lenet::Sequential::parse("Conv2d(4, 3) ReLU MaxPool2d(2) Flatten");
  net.add(std::make_unique<Halve>());
  net.add(std::make_unique<lenet::Linear>(2));
  lenet::Generator generator(1);
  net.build(data.image_shape(), generator);
  lenet::Trainer trainer(net, {.batch_size = kImages});
  std::vector<std::int32_t> order(kImages);
  std::iota(order.begin(), order.end(), 0);
  const double before = trainer.step({data, order}, 0.5).loss();
  double after = before;
  for (int i = 0; i < 60; ++i) after = trainer.step({data, order}, 0.5).loss();
  std::printf("loss %.4f, then %.4f\n", before, after);
  return after < before / 2 && lenet::evaluate_accuracy(net, data) == 1;
}

bool saves_and_loads() {
  const lenet::Dataset data = make_images();
  lenet::Sequential net = lenet::Sequential::parse("Flatten Linear(2)");
  lenet::fit(net, data, data, {.epochs = 20, .batch_size = 16, .lr = 0.1});
  lenet::save_model("consumer.safetensors", net, data.class_names());
  const lenet::Model model = lenet::load_model("consumer.safetensors");
  lenet::Predictor predict(model.net);
  return predict.probabilities(data.image(0))[0] > 0.5f &&
         predict.probabilities(data.image(1))[1] > 0.5f && model.class_names[1] == "bright";
}

bool catches_what_the_library_throws() {
  try {
    lenet::load_model("no such file");
  } catch (const lenet::Error& error) {
    return error.kind() == lenet::ErrorKind::kIo;
  }
  return false;
}

}  // namespace

int main() {
  const bool good = trains() && saves_and_loads() && catches_what_the_library_throws() &&
                    lenet::d2l::corr2d({1, 2, {1, 2}}, {1, 1, {3}}).values[1] == 6;
  return good ? 0 : 1;
}
