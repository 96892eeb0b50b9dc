#pragma once

#include <string>
#include <string_view>

#include "documents/locale_format.hpp"
#include "documents/page_words.hpp"

namespace reckoner::documents {

// Handlers write in English what a line, a step or a tax is. A page says it in its own language: a
// text of the form of one of the English phrases as the same phrase of `words`, with its figures as
// the locale has them; any other text, such as a title alone, as it is.

/// Of the description of a line: "Traffic: 2869 GB used, 100 GB included".
std::string said_of_line(const PageWords& words, const LocaleFormat& format,
                         std::string_view description);
/// Of the label of a step: "tier up to 1000", also behind the group that it is of ("hot: fee").
std::string said_of_step(const PageWords& words, const LocaleFormat& format,
                         std::string_view label);
/// Of the category of a tax, or of what is remarked on it: "Reverse charge".
std::string said_of_word(const PageWords& words, std::string_view word);

}  // namespace reckoner::documents
