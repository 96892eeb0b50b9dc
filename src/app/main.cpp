#include "app/command_line.hpp"

#ifdef RECKONER_UI
namespace reckoner::ui {
std::span<const EmbeddedFile> embedded_files();
}
#endif

int main(int argc, char** argv) {
#ifdef RECKONER_UI
  return reckoner::app::run_command_line(argc, argv, reckoner::ui::embedded_files());
#else
  return reckoner::app::run_command_line(argc, argv);
#endif
}
