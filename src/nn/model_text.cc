#include "nn/model_text.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "nn/container.h"
#include "nn/value_text.h"

namespace lenet {
namespace {

/// "nn.Conv2d" or "Conv2d", and where it stands.
struct Path {
  std::string module, name;
  TextPosition position;

  bool is_torch() const { return module == "nn" || module == "torch.nn"; }
};

bool takes_brackets(const Path& path) { return container_of_name(path.name).has_value(); }

/// Recursive descent, a method a rule of the grammar; each begins at its first character.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), at_(text) {}

  std::vector<LayerText> model() {
    at_.blanks();
    assignment();
    if (at_.at_end()) no_layer();
    while (!at_.at_end()) {
      entry();
      separator();
    }
    if (model_.empty()) no_layer();
    return std::move(model_);
  }

 private:
  [[noreturn]] void no_layer() const {
    at_.fail("no layer, want at least one, such as Linear(10)");
  }

  /// Moves over "net =" or "self.net =", if that is what comes next.
  void assignment() {
    if (!at_.at_name()) return;
    const TextScanner::Cursor before = at_.cursor();
    path("the name of a layer");
    at_.blanks();
    if (!at_.take('=')) return at_.go_back(before);
    at_.blanks();
  }

  Path path(std::string_view wanted) {
    Path path{.module = {}, .name = {}, .position = at_.cursor().position};
    path.name = at_.name(wanted);
    while (at_.take('.')) {
      path.module += (path.module.empty() ? "" : ".") + path.name;
      path.name = at_.name(wanted);
    }
    return path;
  }

  /// Returns whether it is a container.
  bool entry() {
    const bool printed = label();
    if (at_.peek() == '[') {
      brackets({.module = {}, .name = {}, .position = at_.cursor().position});
      return false;
    }
    Path written = path("the name of a layer");
    if (!written.module.empty() && !written.is_torch()) {
      throw model_text_error(
          text_, written.position,
          fmt::format("found \"{:.40}.\", want nn. or torch.nn. before PyTorch's layers, and "
                      "nothing before the short form's",
                      written.module));
    }
    const TextScanner::Cursor after_name = at_.cursor();
    const bool adjoins = at_.peek() == '[';
    at_.blanks();
    const bool open = at_.take('(');
    if (open) at_.blanks();
    if (open && (written.name == "Sequential" || at_label())) {
      container(written);
      return true;
    }
    // Behind a layer without arguments stands a group: Tanh [ ReLU ].
    if (!open && at_.peek() == '[' && (adjoins || takes_brackets(written))) {
      brackets(std::move(written));
      return false;
    }
    if (takes_brackets(written)) {
      throw model_text_error(
          text_, written.position,
          fmt::format("{0} takes layers in brackets, want {0}[ ... ]", written.name));
    }
    if (!open) at_.go_back(after_name);
    layer(std::move(written), printed, open);
    return false;
  }

  /// Moves over "(0):" or "(conv1):", if that is what comes next.
  bool label() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.take('(')) {
      at_.blanks();
      while (at_.at_name() || at_.at_number()) at_.advance();
      at_.blanks();
      if (at_.take(')') && at_.take(':')) {
        at_.blanks();
        return true;
      }
    }
    at_.go_back(before);
    return false;
  }

  bool at_label() {
    const TextScanner::Cursor before = at_.cursor();
    const bool found = label();
    at_.go_back(before);
    return found;
  }

  /// Behind its "(".
  void container(const Path& path) {
    const TextScanner::Bracket bracket(at_);
    int entries = 0;
    bool nested = false;
    while (!at_.take(')')) {
      if (at_.at_end()) at_.fail_at_token("\")\" or the name of a layer");
      nested = entry();
      ++entries;
      separator();
    }
    if (path.name == "Sequential" || (entries == 1 && nested)) return;
    throw model_text_error(
        text_, path.position,
        fmt::format("{:.40} is no Sequential: what its forward() does with its layers is not "
                    "printed; write the network as one nn.Sequential",
                    path.name));
  }

  /// At its "[".
  void brackets(Path path) {
    const TextPosition opened = at_.cursor().position;
    at_.take('[');
    if (path.is_torch()) {
      throw model_text_error(text_, path.position,
                             fmt::format("found \"{:.40}.\" before brackets, which are not "
                                         "PyTorch's, want {}[ ... ]",
                                         path.module, path.name));
    }
    if (brackets_ == Container::kMaxDepth) {
      throw model_text_error(text_, opened,
                             fmt::format("want at most {} brackets in one another", brackets_));
    }
    ++brackets_;
    LayerText text{.name = std::move(path.name),
                   .form = LayerText::Form::kShort,
                   .positional = {},
                   .keywords = {},
                   .position = path.position};
    std::vector<LayerText>* const around = std::exchange(layers_, nullptr);
    do {
      text.branches.emplace_back();
      layers_ = &text.branches.back();
      branch(opened);
    } while (!at_.take(']') && at_.take('|'));
    layers_ = around;
    --brackets_;
    add(std::move(text));
  }

  /// Up to the "|" or "]" that ends it.
  void branch(TextPosition opened) {
    at_.blanks();
    while (at_.peek() != '|' && at_.peek() != ']') {
      if (at_.at_end()) throw model_text_error(text_, opened, "\"[\" is not closed, want \"]\"");
      entry();
      separator();
    }
  }

  void separator() {
    const std::size_t end_of_layer = at_.cursor().offset;
    at_.blanks();
    const bool ended = at_.at_end() || (at_.depth() > 0 && at_.peek() == ')') ||
                       (brackets_ > 0 && (at_.peek() == '|' || at_.peek() == ']'));
    if (!at_.take(',') && !ended && at_.cursor().offset == end_of_layer) {
      at_.fail_at_token("white space or a comma between layers");
    }
    at_.blanks();
  }

  /// Behind its "(" if `open`, else behind its name.
  void layer(Path path, bool printed, bool open) {
    using Form = LayerText::Form;
    LayerText layer{.name = std::move(path.name),
                    .form = printed           ? Form::kPrinted
                            : path.is_torch() ? Form::kTorch
                                              : Form::kShort,
                    .positional = {},
                    .keywords = {},
                    .position = path.position};
    while (open && !at_.take(')')) {
      argument(layer);
      at_.blanks();
      if (at_.peek() != ')' && !at_.take(',')) at_.fail_at_token("\",\" or \")\"");
      at_.blanks();
    }
    add(std::move(layer));
  }

  void add(LayerText layer) {
    if (count_ == kMaxModelTextLayers) {
      throw model_text_error(text_, layer.position,
                             fmt::format("want at most {} layers", kMaxModelTextLayers));
    }
    ++count_;
    layers_->push_back(std::move(layer));
  }

  void argument(LayerText& layer) {
    ArgumentText argument{
        .keyword = {}, .value = {}, .written = {}, .position = at_.cursor().position};
    argument.keyword = keyword();
    const bool positional = argument.keyword.empty();
    if (positional && !layer.keywords.empty()) {
      at_.fail_at_token("name=value, as after every argument with a name");
    }
    const TextScanner::Cursor begin = at_.cursor();
    const bool words = layer.form != LayerText::Form::kShort;
    argument.value = read_value(at_, {.words = words, .or_name = positional});
    argument.written = at_.since(begin);
    (positional ? layer.positional : layer.keywords).push_back(std::move(argument));
  }

  /// Moves over "name =", if that is what comes next; or else stays and returns "".
  std::string keyword() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.at_name()) {
      std::string keyword = at_.name("a name");
      at_.blanks();
      if (at_.take('=')) {
        at_.blanks();
        return keyword;
      }
    }
    at_.go_back(before);
    return "";
  }

  std::string_view text_;
  TextScanner at_;
  std::vector<LayerText> model_;
  std::vector<LayerText>* layers_ = &model_;  ///< where the next one goes
  std::int64_t count_ = 0;                    ///< of all layers
  int brackets_ = 0;                          ///< that are open
};

}  // namespace

ModelText parse_model_text(std::string_view text) {
  if (std::ssize(text) > kMaxModelTextBytes) {
    throw Error(ErrorKind::kUsage, fmt::format("model text: {} bytes, want at most {}", text.size(),
                                               kMaxModelTextBytes));
  }
  TextScanner(text).check_characters();
  return {.text = std::string(text), .layers = Parser(text).model()};
}

}  // namespace lenet
