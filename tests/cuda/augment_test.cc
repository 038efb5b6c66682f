// Images that the card changes as it brings them before the network: the bytes that the CPU makes.
#include <numeric>

#include "lenet/trainer.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

constexpr Device kCard = {Device::Kind::kCuda, 0};
constexpr std::uint64_t kSeed = 7;

/// The data as one epoch sees it, by the CPU.
Dataset changed(const Dataset& data, const Augmentation& augmentation, std::int64_t epoch) {
  const std::int64_t size = element_count(data.image_shape());
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(data.size() * size));
  for (std::int64_t i = 0; i < data.size(); ++i) {
    augment(augmentation, data.image_shape(), kSeed, epoch, i, data.image(i),
            pixels.get() + i * size);
  }
  return Dataset(std::move(pixels), 0, data.image_shape(),
                 {data.labels().begin(), data.labels().end()}, data.classes());
}

class CudaAugmentation : public testing::TestWithParam<std::pair<const char*, Shape>> {};

/// The gradient of a Linear layer is a sum over its inputs: with the pixels, it has the same bits.
TEST_P(CudaAugmentation, GivesTheCpusBytes) {
  const auto& [text, shape] = GetParam();
  const Augmentation augmentation = parse_augmentation(text);
  const Dataset data = noise_images(shape, 70, 3), wanted = changed(data, augmentation, 4);
  Sequential net = built("Flatten Linear(3)", shape);
  const auto channels = static_cast<std::size_t>(shape.front());
  net.set_normalization({std::vector<float>(channels, 0.3f), std::vector<float>(channels, 0.6f)});
  Trainer trainer(net, {.batch_size = 70, .device = kCard});
  std::vector<float> want(net.parameters().size()), got(want.size());
  std::vector<std::int32_t> order(70);
  std::iota(order.rbegin(), order.rend(), 0);
  for (const std::size_t images : {1u, 2u, 33u, 70u}) {
    const std::span<const std::int32_t> some(order.data(), images);
    const Metrics of_bytes = trainer.gradient(Batch(wanted, some), want);
    const Metrics of_changes =
        trainer.gradient(Batch(data, some).augmented(augmentation, kSeed, 4), got);
    EXPECT_EQ(of_changes.loss_sum, of_bytes.loss_sum) << images;
    EXPECT_EQ(got, want) << images;
  }
}

std::vector<std::pair<const char*, Shape>> each_change_and_shape() {
  std::vector<std::pair<const char*, Shape>> all;
  for (const Shape& shape : {Shape{1, 28, 28}, Shape{3, 11, 7}, Shape{2, 5, 40}}) {
    for (const char* text : {"flip", "shift=3", "erase=1", "rotate=180", "scale=0.9",
                             "flip,shift=2,erase=0.5,rotate=30,scale=0.5"}) {
      all.emplace_back(text, shape);
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Images, CudaAugmentation, testing::ValuesIn(each_change_and_shape()));

/// Steps on the data in order, four batches of 16 images and one of 6.
void make_steps(Trainer& trainer, const Dataset& data, const Augmentation& augmentation,
                std::int64_t epoch) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), 0);
  std::vector<Batch> batches;
  for (std::size_t first = 0; first < order.size(); first += 16) {
    const std::size_t count = std::min<std::size_t>(16, order.size() - first);
    batches.push_back(
        Batch(data, std::span(order).subspan(first, count)).augmented(augmentation, kSeed, epoch));
  }
  const std::vector<double> rates(batches.size(), 0.1);
  std::vector<Metrics> metrics(batches.size());
  EXPECT_EQ(trainer.steps(batches, rates, metrics), std::ssize(batches));
}

TEST(CudaAugmentedSteps, ChangeWithTheEpochAndDoNotChangeOtherSteps) {
  const Shape shape = {1, 8, 8};
  const Dataset data = noise_images(shape, 70, 3);
  const Augmentation none, all = parse_augmentation("flip,shift=1,erase=0.3,rotate=20,scale=0.2");
  constexpr const char* kNet = "Conv2d(4, 3) ReLU MaxPool2d(2) Flatten Linear(3)";
  Sequential of_bytes = built(kNet, shape), of_changes = built(kNet, shape);
  const Trainer::Options options{.batch_size = 16, .device = kCard};
  Trainer a(of_bytes, options), b(of_changes, options);
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {  // from the second on as graphs
    make_steps(a, changed(data, all, epoch), none, 0);
    make_steps(b, data, all, epoch);
    EXPECT_EQ(copy_of(of_changes.parameters()), copy_of(of_bytes.parameters())) << epoch;
    make_steps(a, data, none, 0);
    make_steps(b, data, none, 0);
    EXPECT_EQ(copy_of(of_changes.parameters()), copy_of(of_bytes.parameters())) << epoch;
  }
}

}  // namespace
}  // namespace lenet
