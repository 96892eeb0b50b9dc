#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/hash.hpp"
#include "engine/handler.hpp"

namespace reckoner::engine {

/// Changes whenever handler.hpp or what it includes changes shape. A library built against another
/// one is refused.
inline constexpr int kPluginAbi = 4;

/// What a plug-in library exports under the C names below:
///   extern "C" int reckoner_plugin_abi() { return reckoner::engine::kPluginAbi; }
///   extern "C" void reckoner_plugin_handlers(reckoner::engine::Catalogue& catalogue) {
///   catalogue.push_back(…); }
inline constexpr const char* kPluginAbiSymbol = "reckoner_plugin_abi";
inline constexpr const char* kPluginHandlersSymbol = "reckoner_plugin_handlers";

/// A loaded plug-in. Keeps its code in memory: it must outlive every handler made from `catalogue`.
class Plugin {
 public:
  /// Loads `directory`/`library`. Throws Error, naming the library: no plug-in directory, no such
  /// file, not a library, a missing symbol, another ABI.
  static std::shared_ptr<const Plugin> load(const std::optional<std::filesystem::path>& directory,
                                            const std::string& library);

  const Catalogue& catalogue() const { return catalogue_; }
  ~Plugin();

 private:
  struct Library;
  Plugin();
  std::unique_ptr<Library> library_;
  Catalogue catalogue_;
};

/// SHA-256 of the library's file; throws as Plugin::load does when it cannot be read.
Sha256 library_hash(const std::optional<std::filesystem::path>& directory,
                    const std::string& library);

}  // namespace reckoner::engine
