#include "support/smtp_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace reckoner::test {

SmtpServer::SmtpServer(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{
      "/usr/bin/python3", std::string(RECKONER_SOURCE_DIR) + "/tests/support/smtp_server.py",
      directory_.path()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);

  std::array<int, 2> in{};
  std::array<int, 2> out{};
  RK_CHECK(pipe2(in.data(), O_CLOEXEC) == 0 && pipe2(out.data(), O_CLOEXEC) == 0);
  server_ = fork();
  RK_CHECK(server_ >= 0);
  if (server_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execv(words.front(), words.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  keep_alive_ = in[1];
  std::string line;
  for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) line += c;
  close(out[0]);
  if (line.empty()) throw Error("smtp_server.py does not start; it needs python3-aiosmtpd");
  port_ = std::stoi(line);
}

SmtpServer::~SmtpServer() {
  close(keep_alive_);
  kill(server_, SIGKILL);
  waitpid(server_, nullptr, 0);
}

std::string SmtpServer::url(const std::string& scheme) const {
  return fmt::format("{}://localhost:{}", scheme, port_);
}

std::vector<std::string> SmtpServer::messages() const {
  return files(".eml");
}

std::vector<text::Json> SmtpServer::parsed() const {
  std::vector<text::Json> parsed;
  for (const std::string& file : files(".json")) parsed.push_back(text::parse_json(file));
  return parsed;
}

std::vector<std::string> SmtpServer::files(const std::string& ending) const {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    if (entry.path().extension() == ending) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> contents;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    contents.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return contents;
}

}  // namespace reckoner::test
