#include "run/sample_sheet.h"

#include "image/sheet.h"

namespace lenet {

Image sample_sheet(const Dataset& data) {
  constexpr std::int64_t kColumns = 10;
  require_bytes(data, "the sheet of samples");
  require_classes(data, "the sheet of samples");
  ImageSheet sheet({.image_shape = data.image_shape(), .rows = data.classes(), .columns = kColumns},
                   "--sheet", "give a smaller --size");
  std::vector<std::int64_t> placed(static_cast<std::size_t>(data.classes()));
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::int64_t label = data.label(i);
    std::int64_t& of_class = placed[static_cast<std::size_t>(label)];
    if (of_class < kColumns) sheet.place(label, of_class++, data.image(i));
  }
  return sheet.image();
}

}  // namespace lenet
