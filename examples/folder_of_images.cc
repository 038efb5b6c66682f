// Trains on image files, a folder a class, and keeps the model:
//
//   folder_of_images flowers/ flowers.safetensors
#include <lenet/lenet.h>

#include <cstdio>

int main(int argc, char** argv) try {
  using namespace lenet;
  if (argc != 3) {
    std::fprintf(stderr, "usage: folder_of_images FOLDER MODEL\n");
    return 2;
  }
  const auto [train, test] = load_data(argv[1], {.size = {32, 32}, .test_split = 0.2});
  Sequential net = Sequential::parse(
      "Conv2d(16, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(32, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(64, 3, padding=1) BatchNorm2d ReLU AdaptiveAvgPool2d(1) Flatten Linear(" +
      std::to_string(train.classes()) + ")");
  FitOptions options{.epochs = 10, .batch_size = 16, .lr = 0.05};
  options.optimizer.momentum = 0.9;
  options.schedule.kind = Schedule::Kind::kOneCycle;
  options.augmentation = {.flip = true, .shift = 2};
  options.normalize = true;
  options.on_epoch = [](const EpochReport& e) {
    std::printf("epoch %d: test accuracy %.3f\n", static_cast<int>(e.epoch), e.test_acc());
  };
  fit(net, train, test, options);
  save_model(argv[2], net, train.class_names());
} catch (const lenet::Error& error) {
  std::fprintf(stderr, "folder_of_images: %s\n", error.what());
  return static_cast<int>(error.kind());
}
