#include "web/csv_file.hpp"

#include <fmt/format.h>

#include <sstream>

#include "web/download.hpp"

namespace reckoner::web {

Response csv_file(std::string_view name, const std::function<void(text::CsvWriter&)>& write) {
  std::ostringstream out;
  text::CsvWriter csv(out);
  write(csv);
  return download(fmt::format("{}.csv", name), "text/csv; charset=utf-8", std::move(out).str());
}

Response csv_stream(std::string_view name,
                    std::function<void(text::CsvWriter&, const PassOn& pass_on)> write) {
  return download(fmt::format("{}.csv", name), "text/csv; charset=utf-8",
                  [write = std::move(write)](const AnswerSink& sink) {
                    std::ostringstream out;
                    text::CsvWriter csv(out);
                    const auto pass_on = [&] {
                      const std::string bytes = std::move(out).str();
                      out.str("");
                      if (!bytes.empty()) sink(bytes);
                    };
                    write(csv, pass_on);
                    pass_on();
                  });
}

}  // namespace reckoner::web
