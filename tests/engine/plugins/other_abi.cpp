// Built for another shape of the handler interface.
extern "C" int reckoner_plugin_abi() {
  return 999;
}
extern "C" void reckoner_plugin_handlers() {}
