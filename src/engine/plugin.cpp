#include "engine/plugin.hpp"

#include <fmt/format.h>

#include <boost/dll/shared_library.hpp>
#include <fstream>
#include <sstream>

namespace reckoner::engine {

struct Plugin::Library {
  boost::dll::shared_library code;
};

namespace {
std::filesystem::path path_of(const std::optional<std::filesystem::path>& directory,
                              const std::string& library) {
  if (!directory) {
    throw Error(
        fmt::format("library {}: no plug-in directory is set (start with --plugins DIR)", library));
  }
  const std::filesystem::path path = *directory / library;
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(fmt::format("library {}: there is no such file in the plug-in directory", library));
  }
  return path;
}

void require_symbol(const boost::dll::shared_library& code, const std::string& library,
                    const char* symbol) {
  if (!code.has(symbol)) {
    throw Error(fmt::format("library {}: it does not export {}", library, symbol));
  }
}
}  // namespace

Plugin::Plugin() : library_(std::make_unique<Library>()) {}

Plugin::~Plugin() {
  catalogue_.clear();  // its functions live in the library, which is closed next
}

std::shared_ptr<const Plugin> Plugin::load(const std::optional<std::filesystem::path>& directory,
                                           const std::string& library) {
  const std::filesystem::path path = path_of(directory, library);
  std::shared_ptr<Plugin> plugin(new Plugin);
  boost::dll::shared_library& code = plugin->library_->code;
  boost::dll::fs::error_code failure;
  code.load(boost::dll::fs::path(path.string()), boost::dll::load_mode::rtld_now, failure);
  if (failure) {
    throw Error(fmt::format("library {}: it cannot be loaded: {}", library, failure.message()));
  }
  require_symbol(code, library, kPluginAbiSymbol);
  const int abi = code.get<int()>(kPluginAbiSymbol)();
  if (abi != kPluginAbi) {
    throw Error(fmt::format(
        "library {}: it was built for plug-in ABI {}, this program has {}; build it again", library,
        abi, kPluginAbi));
  }
  require_symbol(code, library, kPluginHandlersSymbol);
  code.get<void(Catalogue&)>(kPluginHandlersSymbol)(plugin->catalogue_);
  return plugin;
}

Sha256 library_hash(const std::optional<std::filesystem::path>& directory,
                    const std::string& library) {
  std::ifstream file(path_of(directory, library), std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw Error(fmt::format("library {}: it cannot be read", library));
  return sha256(content.str());
}

}  // namespace reckoner::engine
