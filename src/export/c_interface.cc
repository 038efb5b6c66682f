#include "export/c_interface.h"

#include "base/require.h"

namespace lenet {

CInterface interface_of(const Model& model) {
  CInterface c = {.input_type = "uint8_t",
                  .input = "pixels",
                  .input_text = "bytes",
                  .output = "probabilities",
                  .output_text = "which sum to 1",
                  .list = "classes",
                  .last = "softmax"};
  if (model.origin.float_images) {
    c.input_type = "float";
    c.input = "numbers";
    c.input_text = "floats";
  }
  switch (model.origin.loss.value_or(LossFunction::kCrossEntropy)) {
    case LossFunction::kCrossEntropy:
      return c;
    case LossFunction::kBce:
      c.output_text = "each of a label";
      c.list = "labels";
      c.last = "sigmoid_of_each";
      return c;
    case LossFunction::kMse:
    case LossFunction::kL1:
      c.output = "outputs";
      c.output_text = "numbers as they were trained";
      c.list = "outputs";
      c.last = "";
      return c;
  }
  unknown("loss");
}

}  // namespace lenet
