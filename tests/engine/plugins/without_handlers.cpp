// Knows the interface and offers nothing.
#include "engine/plugin.hpp"

extern "C" int reckoner_plugin_abi() {
  return reckoner::engine::kPluginAbi;
}
