// Options that are texts of a form of their own.
#pragma once

#include "lenet/augment.h"
#include "lenet/class_weights.h"
#include "run/option_checks.h"
#include "run/option_value.h"

namespace lenet {

OptionValue value_of_augmentation(Augmentation* value);
Check augmentation_text();

/// The words of parse_class_weights(), or the name of a file of numbers.
OptionValue value_of_class_weights(ClassWeights* value);
Check class_weights_text();

}  // namespace lenet
