#pragma once

#include <filesystem>

#include "delivery/transport.hpp"

namespace reckoner::delivery {

/// Writes each mail as NAME.eml into a folder, which it makes (mode 0700, files 0600) when it or
/// the one it lies in is missing. A file appears whole or not at all and is on disk when deliver()
/// returns; a repetition replaces it.
class MailFolder : public Transport {
 public:
  explicit MailFolder(std::filesystem::path directory);
  Delivery deliver(const Parcel& parcel) override;

 private:
  const std::filesystem::path directory_;
};

}  // namespace reckoner::delivery
