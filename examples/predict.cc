// Classifies an image: its bytes (channels, height, width) from the standard input.
//
//   zcat t10k-images-idx3-ubyte.gz | tail -c +17 | head -c 784 | predict model.safetensors
#include <lenet/lenet.h>

#include <algorithm>
#include <cstdio>
#include <vector>

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: predict MODEL < IMAGE\n");
    return 2;
  }
  const lenet::Model model = lenet::load_model(argv[1]);
  const lenet::Shape& shape = model.net.input_shape();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(lenet::element_count(shape)));
  if (std::fread(pixels.data(), 1, pixels.size(), stdin) != pixels.size()) {
    std::fprintf(stderr, "predict: too few bytes, want %s\n", lenet::to_string(shape).c_str());
    return 3;
  }
  lenet::Predictor predict(model.net);
  const auto p = predict.probabilities(pixels.data());
  const auto best = static_cast<std::size_t>(std::ranges::max_element(p) - p.begin());
  const char* name = best < model.class_names.size() ? model.class_names[best].c_str() : "class";
  std::printf("%zu %s %.3f\n", best, name, static_cast<double>(p[best]));
} catch (const lenet::Error& error) {
  std::fprintf(stderr, "predict: %s\n", error.what());
  return static_cast<int>(error.kind());
}
