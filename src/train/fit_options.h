// What the options of a run mean for its trainer, its images and its steps.
#pragma once

#include "lenet/fit.h"
#include "lenet/split.h"

namespace lenet {

Trainer::Options trainer_options(const FitOptions& options);

StepCount steps_of(std::int64_t images, const FitOptions& options);

/// Images that train, and those set aside. Throws Error (kUsage) for options that are out of range
/// or do not fit the images.
Split checked_split(const FitOptions& options, const Dataset& train);

}  // namespace lenet
