#include "train/batch_pass.h"

#include <algorithm>
#include <utility>

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

BatchPass::BatchPass(PackRunner& runner, Sequential& net, std::int64_t packs)
    : runner_(runner),
      net_(net),
      packs_(packs),
      slots_(packs * runner.plan().slot_size()),
      panels_(runner.plan().panels() * packs * kPack * kPack),
      statistics_(packs * largest_statistics(runner.plan())),
      statistics_size_(largest_statistics(runner.plan())),
      labels_(static_cast<std::size_t>(packs)),
      metrics_(static_cast<std::size_t>(packs)) {
  if (whole_batch()) arenas_ = AlignedFloats(packs * runner.arena_size());
}

void BatchPass::run(const Batch& batch, const Wave& wave, const LossOptions& options,
                    Metrics& total) {
  const Run run{batch, wave, options};
  const std::size_t last = runner_.plan().segments().size() - 1;
  for (std::size_t s = 0; s <= last; ++s) forward(run, s);
  const auto& segments = runner_.plan().segments();
  for (std::size_t s = last; s-- > 0;) {
    if (segments[s].last > runner_.plan().first_trained()) backward(run, s);
  }
  for (std::int64_t i = 0; i < wave.count; ++i) total += metrics_[static_cast<std::size_t>(i)];
}

std::int64_t BatchPass::images_of(const Run& run, std::int64_t pack) const {
  return std::min(kPack, run.batch.size() - (run.wave.first + pack) * kPack);
}

/// Calls f(pack within the wave, its passes' memory, its gradients' memory). Each visit goes the
/// other way than the one before: the packs seen last are still in the caches.
template <class F>
void BatchPass::for_each_pack(const Run& run, F f) {
  upward_ = !upward_;
  runner_.team().run(run.wave.count, [&](std::int64_t task, int thread) {
    const std::int64_t pack = upward_ ? task : run.wave.count - 1 - task;
    const RandomPlace random{.seed = run.options.seed,
                             .step = run.options.step,
                             .first_image = (run.wave.first + pack) * kPack,
                             .stage = 0};
    const cpu::PackPass pass{.parameters = net_.parameters(),
                             .packed = runner_.packed(),
                             .arena = arena(pack, thread),
                             .images = images_of(run, pack),
                             .random = &random};
    f(pack, pass,
      cpu::BackwardMemory{.slot = slots_.data() + pack * runner_.plan().slot_size(),
                          .panels = panels_.data(),
                          .pack = pack,
                          .images = packs_ * kPack});
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
      run, [&](std::int64_t pack, const cpu::PackPass& pass, const cpu::BackwardMemory& memory) {
        if (segment == 0) {
          labels_[static_cast<std::size_t>(pack)] =
              runner_.gather(run.batch, run.wave.first + pack, pass.arena);
        }
        plan.forward(stages, pass);
        if (norm) {
          norm->norm->collect(pass.arena + norm->input, pass.images,
                              statistics_.data() + pack * statistics_size_);
          return;
        }
        loss(run, pack, pass.arena);
        backward_rest(stages, pass, memory);
      });
  if (!norm) return;
  norm->norm->meet({statistics_.data(), statistics_size_, run.wave.count, run.batch.size()},
                   part_of(std::as_const(net_).parameters(), norm->node.parameters),
                   part_of(net_.buffers(), norm->node.buffers), runner_.packed() + norm->packed);
}

/// The way back of a segment but for its own normalisation, whose sums it leaves.
void BatchPass::backward_rest(const cpu::Segment& stages, const cpu::PackPass& pass,
                              const cpu::BackwardMemory& memory) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::PlannedStage& first = plan.stages()[stages.first];
  if (!first.norm || stages.first == stages.last || stages.first < plan.first_trained()) {
    return plan.backward(stages, pass, memory);
  }
  plan.backward({stages.first + 1, stages.last}, pass, memory);
  float* sums = statistics_.data() + memory.pack * statistics_size_;
  first.norm->collect_backward(pass.arena + first.input, pass.arena + first.output,
                               pass.packed + first.packed, sums);
  std::copy_n(sums, first.node.parameters.last - first.node.parameters.first,
              memory.slot + first.slot);
}

/// The way back through the normalisation behind a segment, and through the segment.
void BatchPass::backward(const Run& run, std::size_t segment) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::Segment& stages = plan.segments()[segment];
  const cpu::PlannedStage& norm = plan.stages()[stages.last];
  norm.norm->meet_backward({statistics_.data(), statistics_size_, run.wave.count, run.batch.size()},
                           runner_.packed() + norm.packed);
  for_each_pack(run,
                [&](std::int64_t, const cpu::PackPass& pass, const cpu::BackwardMemory& memory) {
                  plan.backward({stages.last, stages.last + 1}, pass, memory);
                  backward_rest(stages, pass, memory);
                });
}

void BatchPass::loss(const Run& run, std::int64_t pack, float* arena) {
  const PackLabels& labels = labels_[static_cast<std::size_t>(pack)];
  const kernels::Target target{labels.label, labels.count, run.options.label_smoothing};
  kernels::Verdict verdict;
  metrics_[static_cast<std::size_t>(pack)] = runner_.judge(target, arena, verdict);
  kernels::cross_entropy_backward(element_count(net_.output_shape()), target,
                                  1.0f / static_cast<float>(run.batch.size()), verdict,
                                  arena + runner_.plan().output());
}

}  // namespace lenet
