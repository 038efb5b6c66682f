// Views refuse what ends with the expression in which it stands.
#include <gtest/gtest.h>

#include <array>
#include <type_traits>
#include <vector>

#include "lenet/predictor.h"
#include "lenet/trainer.h"
#include "plot/live.h"

namespace lenet {
namespace {

using Indices = std::vector<std::int32_t>;
using Classes = std::vector<Label>;
using Floats = std::vector<float>;

template <class T, class... From>
constexpr bool made_of = std::is_constructible_v<T, From...>;

// What outlives the batch.
static_assert(made_of<Batch, Dataset&, Indices&>);
static_assert(made_of<Batch, const Dataset&, const Indices&>);
static_assert(made_of<Batch, const Dataset&, std::span<const std::int32_t>>);
static_assert(made_of<Batch, const Dataset&, std::array<std::int32_t, 3>&>);
static_assert(made_of<Batch, Floats&, const Classes&>);
static_assert(made_of<Batch, std::span<const float>, std::span<const Label>>);

// What does not.
static_assert(!made_of<Batch, Dataset, Indices&>);
static_assert(!made_of<Batch, const Dataset, std::span<const std::int32_t>>);
static_assert(!made_of<Batch, const Dataset&, Indices>);
static_assert(!made_of<Batch, const Dataset&, const Indices>);
static_assert(!made_of<Batch, const Dataset&, std::array<std::int32_t, 3>>);
static_assert(!made_of<Batch, Dataset, Indices>);
static_assert(!made_of<Batch, Floats, Classes&>);
static_assert(!made_of<Batch, Floats&, Classes>);
static_assert(!made_of<Batch, const Floats, const Classes>);

static_assert(made_of<Predictor, const Sequential&> && !made_of<Predictor, Sequential>);
static_assert(!made_of<Predictor, const Sequential>);
static_assert(made_of<Trainer, Sequential&, Trainer::Options> &&
              !made_of<Trainer, Sequential, Trainer::Options>);
static_assert(!made_of<LiveDisplay, std::FILE*, Animator, LiveOptions>);

/// Whether a view of a T's values can be asked of an object that nothing names.
#define LENET_GIVES_VIEW(name, call)       \
  template <class T>                       \
  constexpr bool name = requires(T && t) { \
    std::forward<T>(t).call;               \
  }

LENET_GIVES_VIEW(gives_parameters, parameters());
LENET_GIVES_VIEW(gives_buffers, buffers());
LENET_GIVES_VIEW(gives_named_parameters, named_parameters());
LENET_GIVES_VIEW(gives_named_buffers, named_buffers());
LENET_GIVES_VIEW(gives_labels, labels());
LENET_GIVES_VIEW(gives_image, image(0));
LENET_GIVES_VIEW(gives_probabilities, probabilities(nullptr));

static_assert(gives_parameters<Sequential&> && gives_parameters<const Sequential&>);
static_assert(gives_buffers<Sequential&> && gives_buffers<const Sequential&>);
static_assert(gives_named_parameters<Sequential&> && gives_named_buffers<Sequential&>);
static_assert(gives_labels<const Dataset&> && gives_image<const Dataset&>);
static_assert(gives_probabilities<Predictor&>);
static_assert(!gives_parameters<Sequential> && !gives_buffers<Sequential>);
static_assert(!gives_named_parameters<Sequential> && !gives_named_buffers<Sequential>);
static_assert(!gives_labels<Dataset> && !gives_image<Dataset>);
static_assert(!gives_probabilities<Predictor>);

/// The images of a batch that has outlived the settings of their changes.
TEST(Lifetimes, ABatchKeepsTheChangesOfItsImages) {
  const Dataset data;
  const Indices none;
  Batch batch(data, none);
  EXPECT_FALSE(batch.augmentation().any());
  batch = batch.augmented(Augmentation{.shift = 3}, 5, 7);
  EXPECT_TRUE(batch.augmentation().any());
  EXPECT_EQ(batch.augmentation().shift, 3);
  EXPECT_EQ(batch.seed(), 5u);
  EXPECT_EQ(batch.epoch(), 7);
}

}  // namespace
}  // namespace lenet
