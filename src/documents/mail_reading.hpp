#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reckoner::documents {

/// A file that came with a message.
struct ReadAttachment {
  std::string name;
  std::string type;  ///< "application/pdf"
  std::string bytes;
};

/// A message as its reader sees it.
struct ReadMail {
  std::vector<std::pair<std::string, std::string>> headers;  ///< unfolded and decoded, in order
  std::string text;                                          ///< of the plain part; LF line ends
  std::string html;                                          ///< empty: it has none
  std::vector<ReadAttachment> attachments;
};

/// Reads what to_mime writes. Throws Error for any other message.
ReadMail read_mime(std::string_view bytes);

}  // namespace reckoner::documents
