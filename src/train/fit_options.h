// What the options of a run mean for its trainer, its images and its steps.
#pragma once

#include "lenet/fit.h"
#include "lenet/split.h"

namespace lenet {

Trainer::Options trainer_options(const FitOptions& options);

/// Images that train, and those set aside.
Split split_of(const Dataset& train, const FitOptions& options);

StepCount steps_of(std::int64_t images, const FitOptions& options);

/// Throws Error (kUsage) for options that are out of range or do not fit the images.
void check_options(const FitOptions& options, const Dataset& train);

}  // namespace lenet
