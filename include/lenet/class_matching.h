// Data whose classes are those of a model, a part of them, or the same in another order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// For each class of the data the output of the model that has the same name, letter by letter.
/// Throws Error (kUsage), which lists both sides, for a class that the model does not know or knows
/// twice, or whose output is above 255, the largest label.
std::vector<Label> match_classes(const std::vector<std::string>& data,
                                 const std::vector<std::string>& model);

/// The same images with a model's classes, Model::class_names: labels are the model's outputs, to
/// be judged by evaluate() and its like. Where one side has no names, classes go by number and the
/// data stays as it is. Throws what match_classes() throws.
///
///     Model model = load_model("shapes.safetensors");
///     evaluate(model.net, in_classes_of(model.class_names, std::move(test)));
Dataset in_classes_of(const std::vector<std::string>& model, Dataset data);

}  // namespace lenet
