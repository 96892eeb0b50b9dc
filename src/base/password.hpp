#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace reckoner {

/// Argon2id, 32 MiB and two passes for each password. At most two are computed at once in this
/// process; others wait.

/// Too many passwords wait to be checked.
class PasswordsBusy : public Error {
 public:
  using Error::Error;
};

/// A text to store, with salt and parameters: "$argon2id$v=19$m=32768,t=2,p=1$…". Throws
/// PasswordsBusy after two seconds of waiting.
std::string hash_password(std::string_view password);

/// Whether that is the password of a stored text. Where the text is empty the answer is no, and
/// takes as long as any. Throws PasswordsBusy.
bool is_password(std::string_view password, std::string_view stored);

/// Whether it was stored with other parameters than hash_password() uses now.
bool needs_rehash(std::string_view stored);

/// A password to hand on, of 20 signs that cannot be mistaken for each other: "k7wm-x3pd-…" (96
/// bits).
std::string random_password();

/// Takes as long wherever two of one length differ.
bool is_same_secret(std::string_view one, std::string_view other);

}  // namespace reckoner
