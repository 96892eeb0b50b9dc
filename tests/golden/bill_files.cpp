#include "golden/bill_files.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "support/billing.hpp"

namespace reckoner::bill {

namespace {

constexpr std::string_view kPlanWord = "plan ";

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

/// Blanks apart, without the blanks around.
std::vector<std::string> cells(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('|', from), text.size());
    found.push_back(squeezed(text.substr(from, end - from)));
    from = end + 1;
  }
  return found;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

/// "plan Basic 31.00 advance": a plan with one fee.
std::string plan_of(Words words) {
  const std::string name = words.next("the plan's name");
  const std::string fee = words.next("the plan's fee");
  const bool advance = words.flag("advance");
  words.done();
  return fmt::format(R"(<plan name="{}"><recurring name="fee" fee="{}"{}/></plan>)", name, fee,
                     advance ? R"( side="advance")" : "");
}

/// The words of a line behind its first.
Words words_of(const std::string& line) {
  std::vector<std::string> words;
  for (std::size_t from = line.find(' '); from < line.size();) {
    const std::size_t end = std::min(line.find(' ', from + 1), line.size());
    words.push_back(line.substr(from + 1, end - from - 1));
    from = end;
  }
  return Words(std::move(words));
}

void put_prices(config::Files& files, const Step& step) {
  Words words(step.words);
  std::string attributes;
  for (const std::string_view name : {"currency", "minimum", "maximum"}) {
    if (const auto value = words.option(name))
      attributes += fmt::format(R"( {}="{}")", name, *value);
  }
  if (words.flag("inclusive")) attributes += R"( prices="inclusive")";
  const std::string name = words.empty() ? "story" : words.next("the name of the price list");
  words.done();
  std::string plans;
  for (const std::string& line : step.body) {
    plans += line.starts_with(kPlanWord) ? plan_of(words_of(line)) : line;
    plans += '\n';
  }
  files.content[fmt::format("pricing/{}.xml", name)] =
      fmt::format(R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="{}"{}>{}</pricing>)", name,
                  attributes, "\n" + plans);
}

/// Plans of one line each share a price list.
void put_plan(config::Files& files, const Step& step) {
  constexpr std::string_view kEnd = "</pricing>";
  std::string& text = files.content["pricing/plans.xml"];
  if (text.empty()) {
    text = fmt::format(R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="plans">{})", kEnd);
  }
  text.insert(text.size() - kEnd.size(), plan_of(Words(step.words)) + "\n");
}

void put_meters(config::Files& files, const Step& step) {
  files =
      test::edited(std::move(files), "meters.xml", "</meters>", joined(step.body) + "</meters>");
}

/// "DE standard 19% from 2026-07-01" by countries, or the file itself.
void put_taxes(config::Files& files, const Step& step) {
  std::string& text = files.content["taxes.xml"];
  if (!step.body.empty() && step.body.front().starts_with('<')) {
    text = joined(step.body);
    return;
  }
  Words words(step.words);
  const auto home = words.option("home");
  const auto reverse = words.option("reverse-charge");
  words.done();
  std::map<std::string, std::string> countries;
  for (const std::string& line : step.body) {
    const std::string country = line.substr(0, line.find(' '));
    Words rate = words_of(line);
    const std::string category = rate.next("the category");
    std::string percent = rate.next("the rate");
    if (!percent.ends_with('%'))
      throw Error(fmt::format("'{}' is not a rate such as 19%", percent));
    percent.pop_back();
    const auto from = rate.option("from");
    rate.done();
    countries[country] += fmt::format(R"(<rate category="{}" percent="{}"{}/>)", category, percent,
                                      from ? fmt::format(R"( from="{}")", *from) : "");
  }
  text = fmt::format(R"(<taxes xmlns="urn:reckoner:taxes:1" home="{}" reverse-charge="{}">)",
                     home.value_or(""), reverse.value_or(""));
  for (const auto& [country, rates] : countries) {
    text += fmt::format(R"(<country code="{}">{}</country>)", country, rates);
  }
  text += "</taxes>\n";
}

/// A decision table as it reads: "input | input -> output", then a line for each rule.
std::string table_of(const Step& step, std::string_view name, std::string_view hit_policy) {
  constexpr std::string_view kArrow = "->";
  struct Row {
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
  };
  std::vector<Row> rows;
  for (const std::string& line : step.body) {
    const std::size_t arrow = line.find(kArrow);
    if (arrow == line.npos) throw Error(fmt::format("'{}' has no '->'", line));
    rows.push_back({cells(std::string_view(line).substr(0, arrow)),
                    cells(std::string_view(line).substr(arrow + kArrow.size()))});
    if (rows.back().inputs.size() == rows.front().inputs.size() &&
        rows.back().outputs.size() == rows.front().outputs.size()) {
      continue;
    }
    throw Error(fmt::format("'{}' has other columns than the first line", line));
  }
  if (rows.empty()) throw Error("the table is empty");
  const auto type_of = [&](std::size_t column) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].inputs[column].find('"') != std::string::npos) return "string";
    }
    return "number";
  };
  std::string text = fmt::format(
      R"(<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="story" name="{0}")"
      R"( namespace="urn:reckoner:story"><decision id="decision" name="{0}"><variable name="{0}"/>)"
      R"(<decisionTable id="table" hitPolicy="{1}">)",
      name, hit_policy);
  for (std::size_t i = 0; i < rows.front().inputs.size(); ++i) {
    text +=
        fmt::format(R"(<input id="i{0}"><inputExpression id="e{0}" typeRef="{1}"><text>{2}</text>)"
                    R"(</inputExpression></input>)",
                    i, type_of(i), escaped(rows.front().inputs[i]));
  }
  for (std::size_t i = 0; i < rows.front().outputs.size(); ++i) {
    text +=
        fmt::format(R"(<output id="o{}" name="{}" typeRef="number"/>)", i, rows.front().outputs[i]);
  }
  for (std::size_t r = 1; r < rows.size(); ++r) {
    text += fmt::format(R"(<rule id="r{}">)", r);
    for (std::size_t i = 0; i < rows[r].inputs.size(); ++i) {
      text += fmt::format(R"(<inputEntry id="r{}i{}"><text>{}</text></inputEntry>)", r, i,
                          escaped(rows[r].inputs[i]));
    }
    for (std::size_t i = 0; i < rows[r].outputs.size(); ++i) {
      text += fmt::format(R"(<outputEntry id="r{}o{}"><text>{}</text></outputEntry>)", r, i,
                          escaped(rows[r].outputs[i]));
    }
    text += "</rule>";
  }
  return text + "</decisionTable></decision></definitions>\n";
}

void put_rules(config::Files& files, const Step& step) {
  constexpr std::array<std::string_view, 5> kPolicies{"UNIQUE", "FIRST", "ANY", "COLLECT",
                                                      "PRIORITY"};
  Words words(step.words);
  const std::string file = words.next("the name of the file");
  const bool behind = words.flag("behind");
  std::string hit_policy = "UNIQUE";
  for (const std::string_view policy : kPolicies) {
    if (words.flag(policy)) hit_policy = policy;
  }
  words.done();
  const std::string member = "pricing/" + file;
  const bool is_new = !files.content.contains(member);
  const bool is_dmn = !step.body.empty() && step.body.front().starts_with('<');
  files.content[member] =
      is_dmn ? joined(step.body) : table_of(step, file.substr(0, file.find('.')), hit_policy);
  if (!is_new) return;
  const std::string handler = fmt::format(
      R"(<handler class="RuleHandler"><parameter name="file" value="{}"/></handler>)", member);
  if (behind) {
    files = test::with_statement_steps(std::move(files), handler);
    return;
  }
  constexpr std::string_view kCalculation = R"(<handler class="InvoiceCalculationHandler"/>)";
  files = test::edited(std::move(files), "billing-config.xml", kCalculation,
                       handler + std::string(kCalculation));
}

void put_population(config::Files& files, const Step& step) {
  constexpr std::string_view kEnd = "</population-facts>";
  files = test::edited(std::move(files), "billing-config.xml", kEnd,
                       fmt::format("{}{}", joined(step.body), kEnd));
}

void put_setting(config::Files& files, const Step& step) {
  Words words(step.words);
  const std::string name = words.next("the setting's name");
  const std::string value = words.next("the setting's value");
  words.done();
  files = test::with_setting(std::move(files), name, value);
}

using Put = void (*)(config::Files&, const Step&);
const std::map<std::string_view, Put> kPuts{{"prices", put_prices},  {"plan", put_plan},
                                            {"meters", put_meters},  {"taxes", put_taxes},
                                            {"rules", put_rules},    {"population", put_population},
                                            {"setting", put_setting}};

}  // namespace

bool is_about_files(const Step& step) {
  return kPuts.contains(step.verb);
}

void put(config::Files& files, const Step& step) {
  kPuts.at(step.verb)(files, step);
}

}  // namespace reckoner::bill
