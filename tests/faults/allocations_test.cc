// Each allocation of loading a model, loading data, making a run ready and saving fails in turn: an
// exception comes out, nothing leaks, and the next try works. JSON documents (class names,
// checkpoints) are left out: nlohmann-json allocates in a destructor, which ends the program if
// that fails.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>

#include "base/replaced_new.h"
#include "data/test_files.h"
#include "lenet/fit.h"
#include "lenet/load_data.h"
#include "lenet/model_file.h"
#include "lenet/onnx.h"
#include "train/datasets.h"

namespace {

// Threads that load data count too.
std::atomic<long> live = 0;        ///< allocations that are not freed yet
std::atomic<long> until_fail = 0;  ///< the allocation that fails, counted down; 0 or less: none

bool fails() { return until_fail > 0 && --until_fail == 0; }

}  // namespace

void* lenet::replaced::allocate(std::size_t size) {
  void* const memory = fails() ? nullptr : std::malloc(size);
  if (memory) ++live;
  return memory;
}

void lenet::replaced::release(void* memory) noexcept {
  if (memory) --live;
  std::free(memory);
}

namespace lenet {
namespace {

class Allocations : public TestFolder {
 protected:
  /// Lets the first allocation of `action` fail, then the second, until it has no more.
  static void fail_each(const std::function<void()>& action) {
    action();  // what is allocated once for all
    const long before = live;
    long failed = 0;
    for (bool done = false; !done;) {
      until_fail = ++failed;
      try {
        action();
        done = until_fail > 0;  // it needs fewer
      } catch (const std::exception&) {
      }
      until_fail = 0;
      ASSERT_EQ(live, before) << "allocation " << failed;
    }
    EXPECT_GT(failed, 20);
    std::printf("%ld allocations\n", failed - 1);
    action();
  }

  static Sequential net() {
    Sequential net =
        Sequential::parse("Conv2d(2, 3) BatchNorm2d ReLU MaxPool2d(2) Flatten Linear(3)");
    Generator generator;
    net.build({1, 6, 6}, generator);
    return net;
  }

  std::filesystem::path file(const char* name) const { return dir_ / name; }
};

TEST_F(Allocations, OfAModelThatIsSavedAndLoaded) {
  Sequential model = net();
  const auto path = file("model.safetensors");
  fail_each([&] { save_model(path, model, {}); });
  fail_each([&] { load_model(path); });
  EXPECT_EQ(load_model(path).net.text(), model.text());
}

TEST_F(Allocations, OfOnnx) {
  const Model model{net(), {}};
  const std::string bytes = serialise_onnx(model);
  fail_each([&] { serialise_onnx(model); });
  fail_each([&] { parse_onnx(bytes, "m"); });
}

TEST_F(Allocations, OfData) {
  write_file(file("a.csv"), "0,1,2,3,4\n1,2,3,4,5\n0,1,2,3,4\n1,2,3,4,5\n");
  const auto path = file("a.csv");
  fail_each([&] { load_data(path, {.test_split = 0.5}); });
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) {
    write_file(file(name), image_file(3, 6, 6, noise(108)));
  }
  for (const char* name : {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"}) {
    write_file(file(name), label_file(std::string("\0\1\2", 3)));
  }
  fail_each([&] { load_idx_folder(dir_); });
}

TEST_F(Allocations, OfARunAndItsState) {
  const Dataset data = noise_images({1, 6, 6}, 40, 3);
  FitOptions options{.epochs = 1, .batch_size = 16, .threads = 1};
  options.optimizer.momentum = 0.9;
  options.ema_decay = 0.9;
  FitState state;
  options.on_pause = [&](const Pause& pause) {
    state = pause.state();
    return false;
  };
  fail_each([&] {
    state = FitState();
    Sequential trained = net();
    fit(trained, data, data, options);
    state = FitState();
  });
}

}  // namespace
}  // namespace lenet
