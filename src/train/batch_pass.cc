#include "train/batch_pass.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace lenet {
namespace {

/// Floats that a pack leaves at one barrier.
std::int64_t largest_statistics(const cpu::Plan& plan) {
  std::int64_t most = 0;
  for (const cpu::Segment& segment : plan.segments()) {
    std::int64_t size = 0;
    for (std::size_t i = segment.norms.first; i < segment.norms.last; ++i) {
      size += plan.stages()[i].norm->statistics_size();
    }
    most = std::max(most, size);
  }
  return most;
}

}  // namespace

BatchPass::BatchPass(PackRunner& runner, Sequential& net, const LossOptions& loss,
                     std::int64_t packs)
    : runner_(runner),
      net_(net),
      loss_options_(loss),
      gradients_(runner.plan(), packs),
      statistics_(packs * largest_statistics(runner.plan())),
      statistics_size_(largest_statistics(runner.plan())),
      targets_(static_cast<std::size_t>(packs)),
      metrics_(static_cast<std::size_t>(packs)) {
  if (const Sequential* teacher = loss.distillation.teacher) {
    teacher_.emplace(*teacher, runner.team().size(), ArenaUse::kEvaluation);
    teacher_outputs_ = AlignedFloats(packs * kPack * element_count(teacher->output_shape()));
  }
  if (whole_batch()) arenas_ = AlignedFloats(packs * runner.arena_size());
}

void BatchPass::run(const Batch& batch, const MicroBatch& micro_batch, const StepPlace& place,
                    Metrics& total) {
  const std::int64_t outputs = element_count(net_.output_shape());
  const Run run{batch, micro_batch, place, loss_of(batch, outputs, loss_options_)};
  const std::size_t last = runner_.plan().segments().size() - 1;
  for (std::size_t s = 0; s <= last; ++s) forward(run, s);
  const auto& segments = runner_.plan().segments();
  for (std::size_t s = last; s-- > 0;) {
    if (segments[s].rest.last > runner_.plan().first_trained()) backward(run, s);
  }
  for (std::int64_t i = 0; i < micro_batch.count; ++i)
    total += metrics_[static_cast<std::size_t>(i)];
}

std::int64_t BatchPass::images_of(const Run& run, std::int64_t pack) const {
  return std::min(kPack, run.batch.size() - (run.micro_batch.first + pack) * kPack);
}

/// Calls f(pack within the micro-batch, its passes' memory, its gradients, the thread). Each visit
/// goes the other way than the one before: the packs seen last are still in the caches.
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
    f(pack, pass, cpu::PackGradients{gradients_, pack}, thread);
  });
}

/// Calls f(a normalisation of the segment, where its statistics begin in a pack's).
template <class F>
void BatchPass::for_each_norm(const cpu::Segment& segment, F f) {
  std::int64_t first = 0;
  for (std::size_t i = segment.norms.first; i < segment.norms.last; ++i) {
    const cpu::PlannedStage& stage = runner_.plan().stages()[i];
    f(stage, first);
    first += stage.norm->statistics_size();
  }
}

/// Of all packs, from float `first` of each on.
cpu::PackStatistics BatchPass::statistics(const Run& run, std::int64_t first) const {
  return {statistics_.data() + first, statistics_size_, run.micro_batch.count, run.batch.size()};
}

/// One segment of all packs. After the last one, the loss and that segment's way back: one visit to
/// each pack. After the others, the statistics that the next normalisations need.
void BatchPass::forward(const Run& run, std::size_t segment) {
  const cpu::Plan& plan = runner_.plan();
  const bool last = segment + 1 == plan.segments().size();
  for_each_pack(run, [&](std::int64_t pack, const cpu::PackPass& pass,
                         const cpu::PackGradients& gradients, int thread) {
    if (segment == 0) {
      PackTargets& targets = targets_[static_cast<std::size_t>(pack)];
      targets = runner_.gather(run.batch, run.micro_batch.first + pack, pass.arena, pass.arena);
      targets.teacher = ask_teacher(run, pack, thread);
    }
    plan.forward(plan.segments()[segment].all(), pass);
    if (last) {
      loss(run, pack, pass.arena);
      return backward_rest(plan.segments()[segment], pass, gradients);
    }
    float* own = statistics_.data() + pack * statistics_size_;
    for_each_norm(plan.segments()[segment + 1],
                  [&](const cpu::PlannedStage& stage, std::int64_t first) {
                    stage.norm->collect(pass.arena + stage.input().value, pass.images, own + first);
                  });
  });
  if (last) return;
  for_each_norm(plan.segments()[segment + 1], [&](const cpu::PlannedStage& stage,
                                                  std::int64_t first) {
    stage.norm->reduce(
        statistics(run, first), part_of(std::as_const(net_).parameters(), stage.node.parameters),
        part_of(net_.buffers(), stage.node.buffers), runner_.packed() + stage.packed);
  });
}

/// The way back of a segment but for its own normalisations, whose sums it leaves.
void BatchPass::backward_rest(const cpu::Segment& segment, const cpu::PackPass& pass,
                              const cpu::PackGradients& gradients) {
  runner_.plan().backward(segment.rest, pass, gradients);
  for_each_norm(segment, [&](const cpu::PlannedStage& stage, std::int64_t first) {
    if (!stage.trains && !stage.wants_dx()) return;
    float* sums = statistics_.data() + gradients.pack * statistics_size_ + first;
    stage.norm->collect_backward(pass.arena + stage.input().value, pass.arena + stage.dy,
                                 pass.packed + stage.packed, sums);
    const std::span<float> slot = gradients.batch.slot(stage, gradients.pack);
    std::copy_n(sums, slot.size(), slot.data());
  });
}

/// The way back through the normalisations behind a segment, and through the segment.
void BatchPass::backward(const Run& run, std::size_t segment) {
  const cpu::Plan& plan = runner_.plan();
  const cpu::Segment& next = plan.segments()[segment + 1];
  for_each_norm(next, [&](const cpu::PlannedStage& stage, std::int64_t first) {
    stage.norm->reduce_backward(statistics(run, first), runner_.packed() + stage.packed);
  });
  for_each_pack(
      run, [&](std::int64_t, const cpu::PackPass& pass, const cpu::PackGradients& gradients, int) {
        plan.backward(next.norms, pass, gradients);
        backward_rest(plan.segments()[segment], pass, gradients);
      });
}

/// What it says of the images of a pack as they are augmented; null without a teacher.
float* BatchPass::ask_teacher(const Run& run, std::int64_t pack, int thread) {
  if (!teacher_) return nullptr;
  teacher_->forward(run.batch, run.micro_batch.first + pack, thread);
  const std::int64_t size = kPack * element_count(teacher_->net().output_shape());
  float* outputs = teacher_outputs_.data() + pack * size;
  std::copy_n(teacher_->outputs(thread), size, outputs);
  return outputs;
}

void BatchPass::loss(const Run& run, std::int64_t pack, float* arena) {
  const PackTargets& targets = targets_[static_cast<std::size_t>(pack)];
  float* outputs = arena + runner_.plan().output();
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
