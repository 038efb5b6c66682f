// Random numbers drawn as PyTorch's CPU generator draws them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// torch.Generator on the CPU: MT19937. The same seed gives the same initial weights and the same
/// shuffle.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0);

  std::uint32_t next32();

  /// 63 bits, as torch.empty((), dtype=torch.int64).random_() gives.
  std::uint64_t next63();

  /// 53 bits as a double in [0, 1).
  double unit_double();

  /// Fills with floats uniform in [low, high), bounds rounded to float: Tensor.uniform_.
  void uniform(std::span<float> values, double low, double high);

  /// Fills from the normal distribution: Tensor.normal_ for 16 values or more.
  void normal(std::span<float> values, double mean, double deviation);

  /// 625 numbers between spaces: MT19937's words and how many of them are used up.
  std::string state() const;

  /// Goes on from what state() returned. Throws Error (kBadInput) for any other text.
  void set_state(const std::string& state);

 private:
  void refill();

  std::array<std::uint32_t, 624> words_;
  std::size_t used_ = 624;  ///< of the words
};

/// Where a training pass takes its random numbers from: a counter, so that any order of the work
/// draws the same.
struct RandomPlace {
  std::uint64_t seed;
  std::int64_t step;         ///< of the trainer, from 0
  std::int64_t first_image;  ///< of the pack, within the batch
  std::int64_t stage;        ///< of the network
};

/// What a DataLoader without shuffling draws from the generator at the start of a pass.
void draw_loader_seed(Generator& generator);

/// Fills `order` with the permutation of 0 ... n - 1 in which DataLoader(shuffle=True) visits n
/// examples, and draws from the generator what that pass draws.
void shuffle_as_data_loader(Generator& generator, std::span<std::int32_t> order);

/// Fills `order` with what DataLoader(sampler=WeightedRandomSampler(weights, order.size())) visits:
/// examples drawn with these chances, again and again. weights: from 0 on, one above.
void sample_as_data_loader(Generator& generator, std::span<const double> weights,
                           std::span<std::int32_t> order);

}  // namespace lenet
