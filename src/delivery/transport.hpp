#pragma once

#include <string>
#include <string_view>

namespace reckoner::delivery {

/// A mail as a transport takes it. Refers to memory of the caller.
struct Parcel {
  std::string_view name;   ///< a file name without its ending, the same at every repetition
  std::string_view from;   ///< plain address, checked
  std::string_view to;     ///< plain address, checked
  std::string_view bytes;  ///< RFC 5322, CRLF line ends
};

enum class Outcome {
  kSent,
  kRefused,      ///< for good: SMTP 5xx to the sender, the recipient or the message
  kPostponed,    ///< not now: SMTP 4xx to this mail
  kUnavailable,  ///< the transport itself does not work now: another mail would fare no better
};

struct Delivery {
  Outcome outcome = Outcome::kSent;
  std::string reason;  ///< one line; empty when sent
};

/// Carries mails away. One thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Delivery deliver(const Parcel& parcel) = 0;
};

}  // namespace reckoner::delivery
