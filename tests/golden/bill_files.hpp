#pragma once

#include "config/files.hpp"
#include "golden/bill_story.hpp"

namespace reckoner::bill {

/// Whether the step says something about prices, meters, taxes, rules or settings.
bool is_about_files(const Step& step);

/// Puts what the step says into the files. Throws Error.
void put(config::Files& files, const Step& step);

}  // namespace reckoner::bill
