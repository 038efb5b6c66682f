#include <lenet/lenet.h>

#include <algorithm>
#include <cstdio>

int main() {
  using namespace lenet;
  Sequential net{Conv2d({.out_channels = 16, .kernel = 5}),
                 ReLU(),
                 MaxPool2d({2}),
                 Flatten(),
                 Linear(84),
                 ReLU(),
                 Linear(10)};
  auto [train, test] = load_data_fashion_mnist();
  Report r = fit(net, train, test, {.epochs = 1, .batch_size = 64, .lr = 0.1f});
  std::printf("test accuracy %.3f, %.0f images/s\n", r.test_acc(), r.examples_per_sec);
  save_model("clothes.safetensors", net, train.class_names());

  Predictor predict(net);
  auto p = predict.probabilities(test.image(0));
  auto best = std::max_element(p.begin(), p.end()) - p.begin();
  std::printf("first image: class %d, %.0f %%\n", static_cast<int>(best), 100 * p[best]);
}
