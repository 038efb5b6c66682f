#include "nn/model_text.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace lenet {
namespace {

constexpr std::string_view kWantedValue = "an integer, a float, a pair (h, w), True or False";
constexpr std::string_view kWantedArgument =
    "an integer, a float, a pair (h, w), True, False or name=value";

/// "nn.Conv2d" or "Conv2d", and where it stands.
struct Path {
  std::string module, name;
  TextPosition position;

  bool is_torch() const { return module == "nn" || module == "torch.nn"; }
};

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
    if (layers_.empty()) no_layer();
    return std::move(layers_);
  }

 private:
  /// Brackets around what is being read, which the stack holds too.
  class Depth {
   public:
    explicit Depth(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kMaxModelTextDepth) {
        parser_.at_.fail(
            fmt::format("want at most {} brackets in one another", kMaxModelTextDepth));
      }
    }
    ~Depth() { --parser_.depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    Parser& parser_;
  };

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
    Path written = path("the name of a layer");
    if (!written.module.empty() && !written.is_torch()) {
      throw model_text_error(
          text_, written.position,
          fmt::format("found \"{:.40}.\", want nn. or torch.nn. before PyTorch's layers, and "
                      "nothing before the short form's",
                      written.module));
    }
    const TextScanner::Cursor after_name = at_.cursor();
    at_.blanks();
    const bool open = at_.take('(');
    if (open) at_.blanks();
    if (open && (written.name == "Sequential" || at_label())) {
      container(written);
      return true;
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
    const Depth depth(*this);
    int entries = 0;
    bool nested = false;
    while (!at_.take(')')) {
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

  void separator() {
    const std::size_t end_of_layer = at_.cursor().offset;
    at_.blanks();
    const bool ended = at_.at_end() || (depth_ > 0 && at_.peek() == ')');
    if (!at_.take(',') && !ended && at_.cursor().offset == end_of_layer) {
      at_.fail_at_token("white space or a comma between layers");
    }
    at_.blanks();
  }

  /// Behind its "(" if `open`, else behind its name.
  void layer(Path path, bool printed, bool open) {
    using Form = LayerText::Form;
    if (std::ssize(layers_) == kMaxModelTextLayers) {
      throw model_text_error(text_, path.position,
                             fmt::format("want at most {} layers", kMaxModelTextLayers));
    }
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
    layers_.push_back(std::move(layer));
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
    const std::string_view wanted = positional ? kWantedArgument : kWantedValue;
    argument.value = layer.form == LayerText::Form::kShort ? value(wanted) : torch_value(wanted);
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

  ArgumentValue value(std::string_view wanted) {
    if (at_.peek() == '(') return group();
    if (at_.at_number()) return sum_or_float();
    const TextScanner::Cursor before = at_.cursor();
    const std::string word = at_.name(wanted);
    if (word == "True" || word == "true") return true;
    if (word == "False" || word == "false") return false;
    at_.go_back(before);
    at_.fail_at_token(wanted);
  }

  /// With words too: PyTorch has 'same', 'zeros' and None.
  ArgumentValue torch_value(std::string_view wanted) {
    for (const char quote : {'\'', '"'}) {
      if (!at_.take(quote)) continue;
      std::string word = at_.name("a word");
      if (!at_.take(quote)) at_.fail_at_token("the end of the quoted word");
      return word;
    }
    const TextScanner::Cursor before = at_.cursor();
    if (at_.at_name()) {
      std::string word = at_.name(wanted);
      if (word != "True" && word != "False") return word;
      at_.go_back(before);
    }
    return value(wanted);
  }

  /// What begins with "(": a pair, or a sum.
  ArgumentValue group() {
    const TextScanner::Cursor before = at_.cursor();
    const Depth depth(*this);
    at_.take('(');
    at_.blanks();
    const std::int64_t first = member();
    if (at_.take(',')) {
      at_.blanks();
      const std::int64_t second = member();
      if (!at_.take(')')) at_.fail_at_token("\")\" after a pair (h, w)");
      return IntegerPair{first, second};
    }
    if (!at_.take(')'))
      at_.fail_at_token("\",\" or \")\" after the first integer of a pair (h, w)");
    at_.go_back(before);
    return sum();
  }

  /// One of a pair.
  std::int64_t member() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.peek() == '(') return blanks_after(sum());
    if (at_.at_number() && std::holds_alternative<std::int64_t>(at_.number())) {
      at_.go_back(before);
      return blanks_after(sum());
    }
    at_.go_back(before);
    at_.fail_at_token("an integer of a pair (h, w)");
  }

  std::int64_t blanks_after(std::int64_t value) {
    at_.blanks();
    return value;
  }

  ArgumentValue sum_or_float() {
    const TextScanner::Cursor before = at_.cursor();
    const auto number = at_.number();
    if (const auto* real = std::get_if<double>(&number)) return *real;
    at_.go_back(before);
    return sum();
  }

  std::int64_t sum() {
    std::int64_t sum = product();
    for (;;) {
      const TextScanner::Cursor before = at_.cursor();
      at_.blanks();
      const bool minus = at_.peek() == '-';
      if (!minus && at_.peek() != '+') return at_.go_back(before), sum;
      at_.advance();
      at_.blanks();
      const std::int64_t next = product();
      if (minus ? __builtin_sub_overflow(sum, next, &sum) : __builtin_add_overflow(sum, next, &sum))
        too_large(before);
    }
  }

  std::int64_t product() {
    std::int64_t product = factor();
    for (;;) {
      const TextScanner::Cursor before = at_.cursor();
      at_.blanks();
      if (!at_.take('*')) return at_.go_back(before), product;
      at_.blanks();
      if (__builtin_mul_overflow(product, factor(), &product)) too_large(before);
    }
  }

  std::int64_t factor() {
    const TextScanner::Cursor before = at_.cursor();
    if (at_.take('(')) {
      const Depth depth(*this);
      at_.blanks();
      const std::int64_t inner = blanks_after(sum());
      if (!at_.take(')')) at_.fail_at_token("\")\"");
      return inner;
    }
    if (at_.at_number()) {
      const auto number = at_.number();
      if (const auto* integer = std::get_if<std::int64_t>(&number)) return *integer;
      at_.go_back(before);
    }
    at_.fail_at_token("an integer");
  }

  [[noreturn]] void too_large(const TextScanner::Cursor& at) const {
    throw model_text_error(text_, at.position, "want a number within 64 bits");
  }

  std::string_view text_;
  TextScanner at_;
  std::vector<LayerText> layers_;
  int depth_ = 0;
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
