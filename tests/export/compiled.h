// Exported C, compiled and called.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/predictor.h"
#include "lenet/sequential.h"

namespace lenet {

/// `cc` with all warnings as errors, as C99.
inline bool compiles(const std::filesystem::path& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder.string() +
                              "' && cc -std=c99 -O2 -Wall -Wextra -Wconversion -Wshadow -Werror "
                              "-pedantic " +
                              arguments;
  return std::system(command.c_str()) == 0;
}

/// The file `NAME.c` of a folder, whose functions begin with NAME, as a library in this process.
class Compiled {
 public:
  Compiled(const std::filesystem::path& folder, const std::string& name) : name_(name) {
    const std::string library = name + ".so";
    if (!compiles(folder, "-shared -fPIC -o " + library + " " + name + ".c -lm")) return;
    handle_ = dlopen((folder / library).c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  ~Compiled() {
    if (handle_) dlclose(handle_);
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  explicit operator bool() const { return handle_ != nullptr; }

  /// For bytes, or for floats where the network takes them.
  template <class T>
  std::vector<float> probabilities(const T* pixels, std::int64_t outputs) const {
    std::vector<float> p(static_cast<std::size_t>(outputs), -1.0f);
    using Predict = void(const T*, float*);
    reinterpret_cast<Predict*>(symbol("_predict"))(pixels, p.data());
    return p;
  }

  const char* const* classes() const { return static_cast<const char* const*>(symbol("_classes")); }

 private:
  void* symbol(const char* ending) const { return dlsym(handle_, (name_ + ending).c_str()); }

  std::string name_;
  void* handle_ = nullptr;
};

/// Images of bytes drawn at random, all of class 0.
inline Dataset random_images(const Shape& shape, std::int64_t count) {
  Generator generator(17);
  const std::int64_t bytes = count * element_count(shape);
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(bytes));
  for (std::int64_t i = 0; i < bytes; ++i) {
    pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(generator.next32());
  }
  return {std::move(pixels), 0, shape, std::vector<Label>(static_cast<std::size_t>(count)), 1};
}

/// Built, with weights of PyTorch's defaults and running statistics drawn too.
inline Sequential random_net(const std::string& text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator(3);
  net.build(input, generator);
  for (NamedParameter& buffer : net.named_buffers()) {
    const bool mean = buffer.name.ends_with("running_mean");
    generator.uniform(buffer.values, mean ? -0.1 : 0.1, mean ? 0.1 : 0.5);
  }
  return net;
}

inline std::int64_t outputs_of(const Sequential& net) { return element_count(net.output_shape()); }

}  // namespace lenet
