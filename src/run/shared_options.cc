#include "run/shared_options.h"

#include <fmt/format.h>

#include "run/data_options.h"

namespace lenet {

std::vector<RunOption> data_table(DataOptions& o, const std::string& otherwise) {
  constexpr const char* kGroup = "Data";
  return {
      {.name = "data",
       .group = kGroup,
       .member = "data.path",
       .value = &o.path,
       .help = fmt::format(
           "Folder of IDX files (MNIST and its like), of CIFAR's binary batches or of images "
           "(a folder for each class), CSV file, .npz, or a name: {}, mnist, kmnist, qmnist, "
           "emnist-balanced ... Default: {}",
           kFashionMnist, otherwise),
       .check = given_path()},
      {.name = "size",
       .group = kGroup,
       .member = "data.size",
       .value = &o.size,
       .help = "Size that image files are brought to, or that a CSV's images have, as in "
               "28x28. Default: as they are; a CSV's are squares",
       .check = image_size(),
       .if_set = true},
      {.name = "test-split",
       .group = kGroup,
       .member = "data.test_split",
       .value = &o.test_split,
       .help = "Share of the images of every class that become the test set, for data without "
               "one",
       .check = share(),
       .show_default = false,
       .if_set = true},
      {.name = "split",
       .group = kGroup,
       .member = "data.split",
       .value = &o.split,
       .help = "Of several data sets in a folder of IDX or CSV files, the one with this in its "
               "files' names, as EMNIST's balanced",
       .if_set = true},
      {.name = "transpose",
       .group = kGroup,
       .member = "data.transpose",
       .value = &o.transpose,
       .help = "Swap rows and columns of every image: EMNIST's files have them so",
       .only_on = true,
       .if_set = true},
      {.name = "skip-broken",
       .group = kGroup,
       .member = "data.skip_broken",
       .value = &o.skip_broken,
       .help = "Leave out image files that cannot be read; a line counts them",
       .only_on = true,
       .if_set = true},
      {.name = "targets",
       .group = kGroup,
       .member = "data.targets",
       .value = &o.targets,
       .help = "What the outputs are compared with, in place of classes: columns of a CSV file, "
               "as in width,height, whose numbers or labels are learned; or input, the image "
               "itself",
       .check = target_names(),
       .if_set = true},
      {.name = "floats",
       .group = kGroup,
       .member = "data.floats",
       .value = &o.floats,
       .help = "Images of NPZ, NPY and CSV files are numbers as they are, of any size, not "
               "pixels from 0 to 1 or to 255",
       .only_on = true,
       .if_set = true}};
}

RunOption weights_by_option(WeightsBy* value) {
  return {.name = "weights-by",
          .group = "Model",
          .member = "weights_by",
          .value = value_of_word(kWeightsBy, value),
          .help =
              "How tensors of a file of weights alone find their layers: by name (0.weight), "
              "or the first convolution's to the first Conv2d and so on, by order",
          .check = one_of(words_of(kWeightsBy)),
          .if_set = true};
}

RunOption threads_option(int* value) {
  return {.name = "threads",
          .group = "Run",
          .member = "fit.threads",
          .value = value,
          .help = "Threads, 1 to 1024. Default: the CPUs that this process may use",
          .check = whole_number(1, 1024),
          .show_default = false};
}

RunOption device_option(std::string* value) {
  return {.name = "device",
          .group = "Run",
          .member = "device",
          .value = value,
          .help = "auto, cpu, cuda or cuda:INDEX"};
}

}  // namespace lenet
