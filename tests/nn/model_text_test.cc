#include "nn/model_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace lenet {
namespace {

using namespace std::string_literals;

const std::string kLeNet =
    "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) Flatten "
    "Linear(120) Sigmoid Linear(84) Sigmoid Linear(10)";

std::vector<std::string> names(const ModelText& model) {
  std::vector<std::string> names;
  for (const LayerText& layer : model.layers) names.push_back(layer.name);
  return names;
}

std::int64_t integer(const ArgumentText& argument) {
  return std::get<std::int64_t>(argument.value);
}

/// The message with which a text is refused, without the lines that show the place.
std::string refusal_of(const std::string& text) {
  try {
    parse_model_text(text);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kUsage);
    const std::string message = e.what();
    return message.substr(0, message.find('\n'));
  }
  ADD_FAILURE() << "parsed: " << text;
  return "";
}

TEST(ModelText, OfLeNetHasItsLayersAndArguments) {
  const ModelText model = parse_model_text(kLeNet);
  EXPECT_EQ(model.text, kLeNet);
  EXPECT_EQ(names(model), (std::vector<std::string>{"Conv2d", "Sigmoid", "AvgPool2d", "Conv2d",
                                                    "Sigmoid", "AvgPool2d", "Flatten", "Linear",
                                                    "Sigmoid", "Linear", "Sigmoid", "Linear"}));
  const LayerText& conv1 = model.layers[0];
  ASSERT_EQ(conv1.positional.size(), 2u);
  EXPECT_EQ(integer(conv1.positional[0]), 6);
  EXPECT_EQ(integer(conv1.positional[1]), 5);
  ASSERT_EQ(conv1.keywords.size(), 1u);
  EXPECT_EQ(conv1.keywords[0].keyword, "padding");
  EXPECT_EQ(integer(conv1.keywords[0]), 2);
  EXPECT_TRUE(model.layers[1].positional.empty());
  EXPECT_EQ(integer(model.layers[7].positional[0]), 120);
}

TEST(ModelText, SeparatesLayersByWhiteSpaceCommasAndComments) {
  const ModelText model = parse_model_text(
      "# LeNet, less its end\r\n"
      "Conv2d(6, # channels\n"
      "       5),Sigmoid ,\tFlatten() # no ( here\n"
      "\n"
      "Linear (10,),");
  EXPECT_EQ(names(model), (std::vector<std::string>{"Conv2d", "Sigmoid", "Flatten", "Linear"}));
  EXPECT_EQ(integer(model.layers[0].positional[1]), 5);
  EXPECT_EQ(integer(model.layers[3].positional[0]), 10);
}

TEST(ModelText, KnowsWhereEachLayerAndArgumentStands) {
  const ModelText model = parse_model_text("Flatten\n  Conv2d(6,\n\tkernel = (5, 3))");
  const LayerText& conv = model.layers[1];
  EXPECT_EQ(conv.position.line, 2);
  EXPECT_EQ(conv.position.column, 3);
  EXPECT_EQ(conv.positional[0].position.line, 2);
  EXPECT_EQ(conv.positional[0].position.column, 10);
  EXPECT_EQ(conv.keywords[0].position.line, 3);
  EXPECT_EQ(conv.keywords[0].position.column, 2);
  EXPECT_EQ(conv.keywords[0].written, "(5, 3)");
}

TEST(ModelText, HasEveryKindOfValue) {
  const ModelText model = parse_model_text(
      "L(-3, 0.5, 1e-3, .25, ( 2 ,-7 ), True, False, true, false, -9223372036854775808, "
      "9223372036854775807)");
  const std::vector<ArgumentText>& a = model.layers[0].positional;
  ASSERT_EQ(a.size(), 11u);
  EXPECT_EQ(integer(a[0]), -3);
  EXPECT_EQ(std::get<double>(a[1].value), 0.5);
  EXPECT_EQ(std::get<double>(a[2].value), 1e-3);
  EXPECT_EQ(std::get<double>(a[3].value), 0.25);
  EXPECT_EQ(std::get<IntegerPair>(a[4].value), (IntegerPair{2, -7}));
  EXPECT_TRUE(std::get<bool>(a[5].value));
  EXPECT_FALSE(std::get<bool>(a[6].value));
  EXPECT_TRUE(std::get<bool>(a[7].value));
  EXPECT_FALSE(std::get<bool>(a[8].value));
  EXPECT_EQ(integer(a[9]), INT64_MIN);
  EXPECT_EQ(integer(a[10]), INT64_MAX);
}

TEST(ModelText, ComputesSumsAndProductsOfWholeNumbers) {
  const ModelText model = parse_model_text(
      "L(16 * 5 * 5, 1 + 2*3, (1 + 2) * 3, 1-2, 10 - 2 - 3, -2 * -3, (7), ((2 + 3), (4) * 2))");
  const std::vector<ArgumentText>& a = model.layers[0].positional;
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < 7; ++i) values.push_back(integer(a[i]));
  EXPECT_EQ(values, (std::vector<std::int64_t>{400, 7, 9, -1, 5, 6, 7}));
  EXPECT_EQ(std::get<IntegerPair>(a[7].value), (IntegerPair{5, 8}));
  EXPECT_EQ(a[0].written, "16 * 5 * 5");
}

TEST(ModelText, KnowsWhoseArgumentsALayerHas) {
  using Form = LayerText::Form;
  const ModelText model = parse_model_text(
      "self.net = nn.Sequential(torch.nn.Tanh(), nn.Sequential(nn.A('same', x=None), B), "
      "Net((net): "
      "Sequential((0): C() (act_1): D())),)");
  const std::pair<const char*, Form> wanted[] = {{"Tanh", Form::kTorch},
                                                 {"A", Form::kTorch},
                                                 {"B", Form::kShort},
                                                 {"C", Form::kPrinted},
                                                 {"D", Form::kPrinted}};
  ASSERT_EQ(model.layers.size(), std::size(wanted));
  for (std::size_t i = 0; i < std::size(wanted); ++i) {
    EXPECT_EQ(model.layers[i].name, wanted[i].first);
    EXPECT_EQ(model.layers[i].form, wanted[i].second) << i;
  }
  EXPECT_EQ(std::get<std::string>(model.layers[1].positional[0].value), "same");
  EXPECT_EQ(std::get<std::string>(model.layers[1].keywords[0].value), "None");
}

TEST(ModelText, RefusesAModuleWhoseForwardIsNotPrinted) {
  for (const char* text :
       {"Net((conv1): Conv2d(1, 6) (fc1): Linear(6, 10))",
        "Net((features): Sequential((0): Tanh) (head): Sequential((0): Tanh))", "Net((0): Tanh)"}) {
    EXPECT_EQ(
        refusal_of(text),
        "model text, line 1, column 1: Net is no Sequential: what its forward() does with its "
        "layers is not printed; write the network as one nn.Sequential");
  }
}

TEST(ModelText, HasAtMost32BracketsInOneAnother) {
  const auto nested = [](int depth, const std::string& open, const std::string& inner) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open;
    return text + inner + std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_EQ(parse_model_text(nested(32, "Sequential(", "Tanh")).layers.size(), 1u);
  EXPECT_EQ(parse_model_text("L(" + nested(31, "(", "1") + ")").layers.size(), 1u);
  for (const std::string& text :
       {nested(33, "Sequential(", "Tanh"), nested(5000, "Sequential(", ""),
        "L(" + nested(5000, "(", "1") + ")"}) {
    EXPECT_TRUE(refusal_of(text).ends_with("want at most 32 brackets in one another"));
  }
}

/// The layers with what is in their brackets: "Sum[Tanh,ReLU|]".
std::string tree_of(const std::vector<LayerText>& layers) {
  std::string text;
  for (const LayerText& layer : layers) {
    text += (text.empty() ? "" : ",") + layer.name;
    for (std::size_t b = 0; b < layer.branches.size(); ++b) {
      text += (b == 0 ? "[" : "|") + tree_of(layer.branches[b]);
    }
    if (layer.is_brackets()) text += "]";
  }
  return text;
}

TEST(ModelText, HasBracketsWithBranches) {
  const ModelText model =
      parse_model_text("Tanh Residual[ReLU] Sum [ A(1), [ B ] # a comment |\n\t| C ],Concat[|D]");
  EXPECT_EQ(tree_of(model.layers), "Tanh,Residual[ReLU],Sum[A,[B]|C],Concat[|D]");
  EXPECT_EQ(model.layers[2].position.column, 21);
  EXPECT_EQ(model.layers[2].branches[1][0].position.line, 2);
  EXPECT_EQ(tree_of(parse_model_text("[ ]").layers), "[]");
}

TEST(ModelText, HasAtMost16SquareBracketsInOneAnother) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "Sum[";
    return text + "Tanh" + std::string(depth, ']');
  };
  EXPECT_EQ(parse_model_text(nested(16)).layers.size(), 1u);
  EXPECT_EQ(refusal_of(nested(17)),
            "model text, line 1, column 68: want at most 16 brackets in one another");
  EXPECT_EQ(refusal_of(nested(5000)),
            "model text, line 1, column 68: want at most 16 brackets in one another");
}

struct Row {
  std::string text;
  std::string message;
};

TEST(ModelText, RefusesWhatIsNoModelAndTellsWhere) {
  const std::string value = "an integer, a float, a pair (h, w), True, False or name=value";
  const std::string keyword_value = "an integer, a float, a pair (h, w), True or False";
  const std::vector<Row> rows = {
      {"", "line 1, column 1: no layer, want at least one, such as Linear(10)"},
      {" # Linear\n", "line 2, column 1: no layer, want at least one, such as Linear(10)"},
      {", Flatten", "line 1, column 1: found \",\", want the name of a layer"},
      {"Flatten,, Tanh", "line 1, column 9: found \",\", want the name of a layer"},
      {"Flatten 10", "line 1, column 9: found \"10\", want the name of a layer"},
      {"Flatten()Tanh",
       "line 1, column 10: found \"Tanh\", want white space or a comma between layers"},
      {"tf.Tanh",
       "line 1, column 1: found \"tf.\", want nn. or torch.nn. before PyTorch's layers, and "
       "nothing "
       "before the short form's"},
      {"nn.", "line 1, column 4: found the end, want the name of a layer"},
      {"net =", "line 1, column 6: no layer, want at least one, such as Linear(10)"},
      {"(0) Tanh", "line 1, column 1: found \"(\", want the name of a layer"},
      {"nn.Sequential()", "line 1, column 16: no layer, want at least one, such as Linear(10)"},
      {"nn.Sequential(Tanh", "line 1, column 19: found the end, want \")\" or the name of a layer"},
      {"nn.Sequential(Tanh Tanh)Tanh",
       "line 1, column 25: found \"Tanh\", want white space or a comma between layers"},
      {"nn.Sequential(*layers)", "line 1, column 15: found \"*\", want the name of a layer"},
      {"Flatten)", "line 1, column 8: found \")\", want white space or a comma between layers"},
      {"Tanh\nLinear(", "line 2, column 8: found the end, want " + value},
      {"Linear(10", "line 1, column 10: found the end, want \",\" or \")\""},
      {"Linear(10 # )", "line 1, column 14: found the end, want \",\" or \")\""},
      {"Linear(,10)", "line 1, column 8: found \",\", want " + value},
      {"Linear(10,,)", "line 1, column 11: found \",\", want " + value},
      {"Conv2d(6 5)", "line 1, column 10: found \"5\", want \",\" or \")\""},
      {"Linear(ten)", "line 1, column 8: found \"ten\", want " + value},
      {"Linear(None)", "line 1, column 8: found \"None\", want " + value},
      {"Linear('10')", "line 1, column 9: found \"10\", want a word"},
      {"Linear(10, bias=)", "line 1, column 17: found \")\", want " + keyword_value},
      {"Linear(10, bias=no)", "line 1, column 17: found \"no\", want " + keyword_value},
      {"Linear(10, =True)", "line 1, column 12: found \"=\", want " + value},
      {"Conv2d(6, kernel=5, 2)",
       "line 1, column 21: found \"2\", want name=value, as after every argument with a name"},
      {"Linear(10x)", "line 1, column 8: found \"10x\", want an integer or a float"},
      {"Linear(1.2.3)", "line 1, column 8: found \"1.2.3\", want an integer or a float"},
      {"Linear(0x10)", "line 1, column 8: found \"0x10\", want an integer or a float"},
      {"Linear(-)", "line 1, column 8: found \"-\", want an integer or a float"},
      {"Linear(--1)", "line 1, column 8: found \"-\", want an integer or a float"},
      {"Linear(1-)", "line 1, column 10: found \")\", want an integer"},
      {"Linear(2 * 1.5)", "line 1, column 12: found \"1.5\", want an integer"},
      {"Linear(1.5 * 2)", "line 1, column 12: found \"*\", want \",\" or \")\""},
      {"Linear(4 / 2)", "line 1, column 10: found \"/\", want \",\" or \")\""},
      {"Linear(9223372036854775807 + 1)", "line 1, column 27: want a number within 64 bits"},
      {"Linear(4294967296 * 4294967296)", "line 1, column 18: want a number within 64 bits"},
      {"Linear((1 + 2)", "line 1, column 15: found the end, want \",\" or \")\""},
      {"Linear(-inf)", "line 1, column 8: found \"-inf\", want an integer or a float"},
      {"Linear(9223372036854775808)",
       "line 1, column 8: found \"9223372036854775808\", want a number within 64 bits"},
      {"Linear(1e999)", "line 1, column 8: found \"1e999\", want a number within 64 bits"},
      {"Conv2d(6, ())", "line 1, column 12: found \")\", want an integer of a pair (h, w)"},
      {"Conv2d(6, (5",
       "line 1, column 13: found the end, want \",\" or \")\" after the first integer of a pair "
       "(h, w)"},
      {"Conv2d(6, (5, 2.5))", "line 1, column 15: found \"2.5\", want an integer of a pair (h, w)"},
      {"Conv2d(6, (5, 5, 5",
       "line 1, column 19: found the end, want \")\" after a list of integers"},
      {"ZeroPad2d([1, 2, 3, 4)",
       "line 1, column 22: found \")\", want \"]\" after a list of integers"},
      {"Conv2d(6, (5, 5 5))", "line 1, column 17: found \"5\", want \")\" after a pair (h, w)"},
      {"Conv2d(6, ((5, 5), 5))", "line 1, column 14: found \",\", want \")\""},
      {"ReLU Residual[ Tanh", "line 1, column 14: \"[\" is not closed, want \"]\""},
      {"Sum[ Tanh | [ ReLU ]", "line 1, column 4: \"[\" is not closed, want \"]\""},
      {"Tanh ]", "line 1, column 6: found \"]\", want the name of a layer"},
      {"Tanh | ReLU", "line 1, column 6: found \"|\", want the name of a layer"},
      {"Residual[ Tanh ) ]", "line 1, column 16: found \")\", want the name of a layer"},
      {"nn.Sequential(Tanh ]", "line 1, column 20: found \"]\", want the name of a layer"},
      {"Residual[ Tanh ]Tanh",
       "line 1, column 17: found \"Tanh\", want white space or a comma between layers"},
      {"Tanh Residual(Tanh)",
       "line 1, column 6: Residual takes layers in brackets, want Residual[ ... ]"},
      {"nn.Residual[ Tanh ]",
       "line 1, column 1: found \"nn.\" before brackets, which are not PyTorch's, want Residual[ "
       "... ]"},
      {"Flatten\xc2\xa0Tanh", "line 1, column 8: found byte 0xc2, want printable ASCII"},
      {"Flatten # \xe5\x8d\xb7", "line 1, column 11: found byte 0xe5, want printable ASCII"},
      {"Tanh\n\0Tanh"s, "line 2, column 1: found byte 0x00, want printable ASCII"},
      {"Tanh # \x1b[31m", "line 1, column 8: found byte 0x1b, want printable ASCII"},
  };
  for (const Row& row : rows) EXPECT_EQ(refusal_of(row.text), "model text, " + row.message);
}

TEST(ModelText, ErrorsShowTheLineWithACaretUnderThePlace) {
  try {
    parse_model_text("Flatten\r\n\tLinear(10, bias=)\r\nTanh");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "model text, line 2, column 18: found \")\", want an integer, a float, a pair (h, "
                 "w), True or False\n"
                 "  \tLinear(10, bias=)\n"
                 "  \t                ^");
  }
}

TEST(ModelText, ErrorsShowAPartOfALongLine) {
  const std::string text = fmt::format("{:1000}Linear({:?>1000}", "", "");
  try {
    parse_model_text(text);
    FAIL();
  } catch (const Error& e) {
    const std::string message = e.what();
    const std::string shown = fmt::format("\n  {:>60}{:?>30}\n  {:>61}", "Linear(", "", "^");
    EXPECT_TRUE(message.ends_with(shown)) << message;
  }
}

TEST(ModelText, IsAtMost64KiB) {
  const std::string text = "Flatten" + std::string(64 * 1024 - 7, ' ');
  EXPECT_EQ(parse_model_text(text).layers.size(), 1u);
  EXPECT_EQ(refusal_of(text + " "), "model text: 65537 bytes, want at most 65536");
}

TEST(ModelText, HasAtMostAThousandLayers) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Tanh\n";
  EXPECT_EQ(parse_model_text(text).layers.size(), 1000u);
  EXPECT_EQ(refusal_of(text + "Tanh"), "model text, line 1001, column 1: want at most 1000 layers");
}

/// Parses; whether it did. Anything thrown but Error fails the test.
bool parses(const std::string& text) {
  try {
    parse_model_text(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

TEST(ModelText, OfRandomBytesParsesOrThrowsError) {
  std::mt19937 random(1);
  const std::string alphabet = "LT_az019()()=,,.-+*:'\"eE# \n\t\r\0\xff\x80"s;
  int parsed = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += alphabet[random() % alphabet.size()];
    parsed += parses(text);
  }
  EXPECT_GT(parsed, 0);
  EXPECT_LT(parsed, 5000);
}

TEST(ModelText, WithRandomChangesParsesOrThrowsError) {
  std::mt19937 random(2);
  int parsed = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = kLeNet;
    for (auto n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 5);
          break;
        case 2:
          text.insert(at, text, random() % text.size(), random() % 9);
          break;
        default:
          text.resize(at + 1);
      }
    }
    parsed += parses(text);
  }
  EXPECT_GT(parsed, 0);
  EXPECT_LT(parsed, 5000);
}

}  // namespace
}  // namespace lenet
