// What the function of an exported network takes and gives, by what its model was trained on.
#pragma once

#include <string_view>

#include "lenet/model_file.h"

namespace lenet {

struct CInterface {
  std::string_view input_type;   ///< of an element: uint8_t, or float for images of floats
  std::string_view input;        ///< the argument's name
  std::string_view input_text;   ///< what it has of them
  std::string_view output;       ///< the other argument's name
  std::string_view output_text;  ///< what is to be known of its floats
  std::string_view list;         ///< what the names of the outputs are called, as in MODEL_CLASSES
  std::string_view last;         ///< the function from outputs to what is given; empty: they are
};

CInterface interface_of(const Model& model);

}  // namespace lenet
