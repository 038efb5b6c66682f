// The page with its data in it: one file that needs no server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lenet/load_data.h"
#include "page/page_run.h"

namespace lenet {

/// The HTML of a report on these runs, with all of their points as far as they fit a figure, the
/// confusion, the images behind its cells, the first of each, and the network. Reads models and
/// data, which may take its time. note: takes why nothing of a run's network is there. Throws
/// Error.
std::string report_html(std::vector<std::unique_ptr<PageRun>>& runs, const Note& note);

}  // namespace lenet
