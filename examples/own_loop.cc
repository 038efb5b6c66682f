// A training loop of one's own: gather a batch, step, evaluate.
#include <lenet/lenet.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

int main() {
  using namespace lenet;
  const auto [train, test] = load_data_fashion_mnist();
  Generator generator(0);
  Sequential net =
      Sequential::parse("Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Flatten Linear(10)");
  net.build(train.image_shape(), generator);
  constexpr std::int64_t kBatch = 64, kEpochs = 2;
  Trainer trainer(net, {.batch_size = kBatch, .optimizer = {.momentum = 0.9}});
  std::vector<std::int32_t> order(static_cast<std::size_t>(train.size()));
  double lr = 0.05;
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch, lr /= 2) {
    shuffle_as_data_loader(generator, order);
    Metrics sum;
    for (std::size_t first = 0; first < order.size(); first += kBatch) {
      const std::size_t count = std::min<std::size_t>(kBatch, order.size() - first);
      sum += trainer.step(Batch(train, std::span(order).subspan(first, count)), lr);
    }
    std::printf("epoch %d: loss %.3f, test accuracy %.3f\n", static_cast<int>(epoch), sum.loss(),
                trainer.evaluate(test).metrics.accuracy());
  }
  save_model("own_loop.safetensors", net, train.class_names());
}
