// What the options of a run mean for its trainer, its images and its steps.
#pragma once

#include "lenet/fit.h"
#include "lenet/split.h"

namespace lenet {

Trainer::Options trainer_options(const FitOptions& options);

/// With what the data says beside them.
Trainer::Options trainer_options(const FitOptions& options, const CheckedFit& checked);

StepCount steps_of(std::int64_t images, const FitOptions& options);

/// Throws Error (kUsage) for options that are out of range whatever the images.
void check_options(const FitOptions& options);

/// Images that train, and those set aside. Throws Error (kUsage) for options that are out of range
/// or do not fit the images.
Split checked_split(const FitOptions& options, const Dataset& train);

/// The chances of the images that train to be drawn; none where each comes once.
std::vector<double> sampling_weights(const FitOptions& options, const Dataset& train,
                                     std::span<const std::int32_t> images);

/// Those of the classes, of the images that train; none where all count alike. Throws Error
/// (kUsage) where the targets are no classes, or there is another number of them.
std::vector<float> checked_class_weights(const FitOptions& options, const Dataset& train,
                                         const Split& split);

/// Throws Error (kUsage) if a run with these options cannot go on from the state, or if that has
/// trained beyond their end. net: built; steps: of the run.
void check_state(const FitState& state, const Sequential& net, const FitOptions& options,
                 const StepCount& steps);

/// Whether nothing is left to train.
bool is_finished(const FitState& state, const FitOptions& options, const StepCount& steps);

}  // namespace lenet
