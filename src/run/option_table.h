// Every option of a run, once: what the command line, run.json and other files of options, the
// help, the manual page, the completions and docs/options.md know of it. A new option is one entry
// there, and its effect.
#pragma once

#include <string>
#include <vector>

#include "lenet/run.h"
#include "run/option_checks.h"
#include "run/option_value.h"

/// The member `path` of the options `o`: its name, and where it is.
#define LENET_AT(path) .member = #path, .value = &o.path

namespace lenet {

/// What has to be so for an option to be read by anything.
struct OptionReader {
  const char* option;  ///< the option that decides
  std::string wanted;  ///< its values, in words
  bool (*reads)(const RunOptions&);
};

struct RunOption {
  const char* name;    ///< "batch-size": --batch-size, and "batch_size" in JSON
  const char* group;   ///< the heading in the help
  const char* member;  ///< of RunOptions: "fit.batch_size"
  OptionValue value;   ///< where it is kept
  std::string help;
  Check check = {};               ///< of each word
  const char* default_text = "";  ///< of the help, where it shows not the value itself
  bool show_default = true;
  bool commas = false;                     ///< takes several words, between commas
  bool only_on = false;                    ///< a switch without --no-
  bool if_set = false;                     ///< not in run.json where it is the default
  std::vector<OptionReader> readers = {};  ///< all of which have to read it
};

/// The options, kept in `o`. In the order of run.json.
std::vector<RunOption> option_table(RunOptions& o);

/// The headings, in the order of the help.
const std::vector<std::string>& option_groups();

/// "batch_size" as it is typed: "batch-size".
std::string option_name(std::string key);
/// The other way round.
std::string option_key(std::string name);

}  // namespace lenet
