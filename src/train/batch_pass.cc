#include "train/batch_pass.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace lenet {
namespace {

std::int64_t largest_statistics(const cpu::Plan& plan) {
  std::int64_t most = 0;
  for (const cpu::PlannedStage& stage : plan.stages()) {
    if (stage.norm) most = std::max(most, stage.norm->statistics_size());
  }
  return most;
}

}  // namespace

BatchPass::BatchPass(PackRunner& runner, Sequential& net, double label_smoothing,
                     std::int64_t packs)
    : runner_(runner),
      net_(net),
      label_smoothing_(label_smoothing),
      gradients_(runner.plan(), packs),
      statistics_(packs * largest_statistics(runner.plan())),
      statistics_size_(largest_statistics(runner.plan())),
      targets_(static_cast<std::size_t>(packs)),
      metrics_(static_cast<std::size_t>(packs)) {
  if (whole_batch()) arenas_ = AlignedFloats(packs * runner.arena_size());
}

void BatchPass::run(const Batch& batch, const MicroBatch& micro_batch, const StepPlace& place,
                    Metrics& total) {
  const std::int64_t outputs = element_count(net_.output_shape());
  const Run run{batch, micro_batch, place, loss_of(batch, outputs, label_smoothing_)};
  const std::size_t last = runner_.plan().segments().size() - 1;
  for (std::size_t s = 0; s <= last; ++s) forward(run, s);
  const auto& segments = runner_.plan().segments();
  for (std::size_t s = last; s-- > 0;) {
    if (segments[s].last > runner_.plan().first_trained()) backward(run, s);
  }
  for (std::int64_t i = 0; i < micro_batch.count; ++i)
    total += metrics_[static_cast<std::size_t>(i)];
}

std::int64_t BatchPass::images_of(const Run& run, std::int64_t pack) const {
  return std::min(kPack, run.batch.size() - (run.micro_batch.first + pack) * kPack);
}

/// Calls f(pack within the micro-batch, its passes' memory, its gradients). Each visit goes the
/// other way than the one before: the packs seen last are still in the caches.
template <class F>
void BatchPass::for_each_pack(const Run& run, F f) {
  upward_ = !upward_;
  runner_.team().run(run.micro_batch.count, [&](std::int64_t task, int thread) {
    const std::int64_t pack = upward_ ? task : run.micro_batch.count - 1 - task;
    const RandomPlace random{.seed = run.place.seed,
                             .step = run.place.step,
                             .first_image = (run.micro_batch.first + pack) * kPack,
                             .stage = 0};
    const cpu::PackPass pass{.parameters = net_.parameters(),
                             .packed = runner_.packed(),
                             .arena = arena(pack, thread),
                             .images = images_of(run, pack),
                             .random = &random};
    f(pack, pass, cpu::PackGradients{gradients_, pack});
  });
}

/// One segment of all packs. After the last one, the loss and that segment's way back: one visit to
/// each pack. After the others, the statistics that the next normalisation needs.
void BatchPass::forward(const Run& run, std::size_t segment) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::Segment& stages = plan.segments()[segment];
  const bool last = segment + 1 == plan.segments().size();
  const cpu::PlannedStage* norm = last ? nullptr : &plan.stages()[stages.last];
  for_each_pack(
      run, [&](std::int64_t pack, const cpu::PackPass& pass, const cpu::PackGradients& gradients) {
        if (segment == 0) {
          targets_[static_cast<std::size_t>(pack)] =
              runner_.gather(run.batch, run.micro_batch.first + pack, pass.arena);
        }
        plan.forward(stages, pass);
        if (norm) {
          norm->norm->collect(pass.arena + norm->input, pass.images,
                              statistics_.data() + pack * statistics_size_);
          return;
        }
        loss(run, pack, pass.arena);
        backward_rest(stages, pass, gradients);
      });
  if (!norm) return;
  norm->norm->reduce(
      {statistics_.data(), statistics_size_, run.micro_batch.count, run.batch.size()},
      part_of(std::as_const(net_).parameters(), norm->node.parameters),
      part_of(net_.buffers(), norm->node.buffers), runner_.packed() + norm->packed);
}

/// The way back of a segment but for its own normalisation, whose sums it leaves.
void BatchPass::backward_rest(const cpu::Segment& stages, const cpu::PackPass& pass,
                              const cpu::PackGradients& gradients) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::PlannedStage& first = plan.stages()[stages.first];
  if (!first.norm || stages.first == stages.last || stages.first < plan.first_trained()) {
    return plan.backward(stages, pass, gradients);
  }
  plan.backward({stages.first + 1, stages.last}, pass, gradients);
  float* sums = statistics_.data() + gradients.pack * statistics_size_;
  first.norm->collect_backward(pass.arena + first.input, pass.arena + first.output,
                               pass.packed + first.packed, sums);
  const std::span<float> slot = gradients.batch.slot(first, gradients.pack);
  std::copy_n(sums, slot.size(), slot.data());
}

/// The way back through the normalisation behind a segment, and through the segment.
void BatchPass::backward(const Run& run, std::size_t segment) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::Segment& stages = plan.segments()[segment];
  const cpu::PlannedStage& norm = plan.stages()[stages.last];
  norm.norm->reduce_backward(
      {statistics_.data(), statistics_size_, run.micro_batch.count, run.batch.size()},
      runner_.packed() + norm.packed);
  for_each_pack(run,
                [&](std::int64_t, const cpu::PackPass& pass, const cpu::PackGradients& gradients) {
                  plan.backward({stages.last, stages.last + 1}, pass, gradients);
                  backward_rest(stages, pass, gradients);
                });
}

void BatchPass::loss(const Run& run, std::int64_t pack, float* arena) {
  const PackTargets& targets = targets_[static_cast<std::size_t>(pack)];
  float* outputs = runner_.outputs(arena);
  const float scale = 1.0f / static_cast<float>(run.batch.size());
  std::visit(
      [&](const auto& loss) {
        const PackLoss of_pack = loss.forward(targets, outputs);
        metrics_[static_cast<std::size_t>(pack)] = of_pack.metrics;
        loss.backward(targets, of_pack, scale, outputs);
      },
      run.loss);
}

}  // namespace lenet
