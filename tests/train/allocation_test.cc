// This program counts its allocations: operator new is replaced, and the linker sends malloc,
// calloc, realloc and aligned_alloc of the library here (--wrap).
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <numeric>

#include "base/replaced_new.h"
#include "lenet/trainer.h"
#include "nn/networks.h"
#include "train/beyond_nets.h"
#include "train/datasets.h"

namespace {
std::atomic<long> allocations{0};
}  // namespace

extern "C" {
void* __real_malloc(std::size_t);
void* __real_calloc(std::size_t, std::size_t);
void* __real_realloc(void*, std::size_t);
void* __real_aligned_alloc(std::size_t, std::size_t);

void* __wrap_malloc(std::size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __real_calloc(count, size);
}
void* __wrap_realloc(void* p, std::size_t size) {
  ++allocations;
  return __real_realloc(p, size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __real_aligned_alloc(alignment, size);
}
}

void* lenet::replaced::allocate(std::size_t size) {
  return std::malloc(size == 0 ? 1 : size);  // wrapped: counts
}
void lenet::replaced::release(void* memory) noexcept { std::free(memory); }

namespace lenet {
namespace {

TEST(Allocations, AreCounted) {
  const long before = allocations;
  Generator generator;
  Sequential net = make_lenet();
  net.build({1, 28, 28}, generator);
  EXPECT_GT(allocations, before);
  const long built = allocations;
  const Trainer trainer(net, {.batch_size = 16, .threads = 1});
  EXPECT_GT(allocations, built);
}

TEST(TrainingStep, AllocatesNothing) {
  const Dataset data = noise_images({1, 28, 28}, 1200, 10);
  std::vector<std::int32_t> order(1200);
  std::iota(order.begin(), order.end(), 0);
  for (const int threads : {1, 3}) {
    Generator generator;
    Sequential net = make_lenet();
    net.build({1, 28, 28}, generator);
    Trainer trainer(net, {.batch_size = 1200, .threads = threads});
    std::vector<float> gradient(net.parameters().size());
    // Sizes of a whole batch, of the last of an epoch, and of two micro-batches.
    const Batch batches[] = {Batch(data, std::span(order).first(256)),
                             Batch(data, std::span(order).first(96)), Batch(data, order)};
    trainer.step(batches[0], 0.1f);
    const long before = allocations;
    for (int i = 0; i < 20; ++i) trainer.step(batches[i % 3], 0.1f);
    trainer.gradient(batches[0], gradient);
    EXPECT_EQ(allocations - before, 0) << threads << " threads";
  }
}

TEST(TrainingStep, AllocatesNothingWithNormalisationDropoutClippingAndAverages) {
  const auto order = images_from(0, 100);
  for (const Optimizer& optimizer : {kNesterov, kAdamW}) {
    for (const int threads : {1, 3}) {
      Sequential net = built_beyond();
      Trainer trainer(net, beyond_options(optimizer, threads));
      const Batch batches[] = {Batch(beyond_data(), order),
                               Batch(beyond_data(), std::span(order).first(37))};
      trainer.step(batches[0], 0.02);
      const long before = allocations;
      for (int i = 0; i < 10; ++i) trainer.step(batches[i % 2], 0.02);
      EXPECT_EQ(allocations - before, 0) << threads << " threads";
    }
  }
}

TEST(TrainingStep, AllocatesNothingForTargetsOfFloats) {
  const Dataset data = noise_with_rows({2, 6, 6}, 300, 3);
  std::vector<std::int32_t> order(300);
  std::iota(order.begin(), order.end(), 0);
  Sequential net = built("Conv2d(3, 3) Tanh Flatten Linear(3)", {2, 6, 6});
  Trainer trainer(net, {.batch_size = 300, .threads = 2});
  const Batch of_data(data, order);
  const Batch of_floats({data.floats(0), 100 * 72}, FloatRows{data.rows().values.first(300), 3});
  trainer.step(of_data, 0.1);
  const long before = allocations;
  for (int i = 0; i < 10; ++i) trainer.step(i % 2 == 0 ? of_data : of_floats, 0.1);
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace
}  // namespace lenet
