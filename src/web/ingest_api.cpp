#include "web/ingest_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "metering/http_events.hpp"
#include "text/json.hpp"
#include "text/utf8.hpp"

namespace reckoner::web {

namespace {

constexpr std::string_view kAttributePrefix = "ce-";
constexpr int kFullRetrySeconds = 1;

metering::HttpMessage message_of(const Request& request) {
  metering::HttpMessage message;
  message.body = request.body;
  for (auto header = request.headers.lower_bound(kAttributePrefix);
       header != request.headers.end() && header->first.starts_with(kAttributePrefix); ++header) {
    message.attributes.emplace_back(std::string_view(header->first).substr(kAttributePrefix.size()),
                                    header->second);
  }
  const auto type = request.headers.find("content-type");
  if (type != request.headers.end()) message.content_type = type->second;
  return message;
}

std::vector<metering::UsageEvent> events_of(const IngestApi& api, const Request& request) {
  try {
    return metering::read_http_events(message_of(request),
                                      {.namespace_name = request.principal.namespace_name,
                                       .received_at = api.clock(),
                                       .events_max = api.events_max});
  } catch (const metering::UnsupportedMedia& error) {
    throw Problem(415, error.what())
        .header("Accept",
                "application/cloudevents+json, application/cloudevents-batch+json, "
                "application/json");
  } catch (const metering::TooManyEvents& error) {
    throw Problem(413, error.what());
  } catch (const metering::NotCloudEvents& error) {
    Problem problem(400, error.what());
    for (const auto& [index, reason] : error.problems()) {
      problem.item(fmt::format("events[{}]", index), reason);
    }
    throw problem;
  }
}

metering::Receipt taken(const IngestApi& api, metering::Submission submission) {
  try {
    return api.take(std::move(submission));
  } catch (const metering::QueueFull& error) {
    throw Problem(429, error.what()).retry_after(kFullRetrySeconds);
  } catch (const metering::ForeignSubject& error) {
    throw Problem(403, error.what());
  }
}

/// Whether the caller says "Prefer: return=representation" (RFC 7240).
bool wants_representation(const Request& request) {
  const auto [first, last] = request.headers.equal_range("prefer");
  return std::any_of(first, last, [](const auto& header) {
    std::string value = header.second;
    std::erase_if(value, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
    std::transform(value.begin(), value.end(), value.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t end = std::min(value.find_first_of(",;", at), value.size());
      if (value.substr(at, end - at) == "return=representation") return true;
      at = end + 1;
    }
    return false;
  });
}

std::string representation_of(const metering::Receipt& receipt,
                              const std::vector<std::string>& ids) {
  text::JsonWriter json;
  json.begin_object().key("received").number(receipt.counts.received);
  json.key("counted").number(receipt.counts.counted);
  json.key("duplicate").number(receipt.counts.duplicate);
  json.key("quarantined").number(receipt.counts.quarantined).key("items").begin_array();
  for (const auto& [index, reason] : receipt.quarantined) {
    json.begin_object().key("index").number(index).key("id").string(ids.at(index));
    json.key("reason").string(text::printable(reason)).end_object();
  }
  json.end_array().end_object();
  return json.finish();
}

Response take_events(const IngestApi& api, const Request& request) {
  metering::Submission submission;
  submission.source = "http";
  submission.events = events_of(api, request);
  submission.only_customer = request.principal.customer;
  std::vector<std::string> ids;
  ids.reserve(submission.events.size());
  for (const metering::UsageEvent& event : submission.events) ids.push_back(event.id);
  metering::Receipt receipt;
  if (!submission.events.empty()) receipt = taken(api, std::move(submission));

  Response response;
  response.headers = {{"Reckoner-Counted", std::to_string(receipt.counts.counted)},
                      {"Reckoner-Duplicate", std::to_string(receipt.counts.duplicate)},
                      {"Reckoner-Quarantined", std::to_string(receipt.counts.quarantined)}};
  const bool wanted = wants_representation(request);
  if (receipt.counts.quarantined == 0 && !wanted) {
    response.status = 204;
    return response;
  }
  if (wanted) response.headers.emplace_back("Preference-Applied", "return=representation");
  response.content_type = "application/json";
  response.body = representation_of(receipt, ids);
  return response;
}

}  // namespace

std::vector<Route> ingest_routes(IngestApi api) {
  return {{"POST", "/api/v1/events", Scope::kIngest,
           [api = std::move(api)](const Request& request) { return take_events(api, request); }}};
}

std::string prometheus(const metering::Intake::Statistics& statistics) {
  std::string out =
      "# HELP reckoner_ingest_events_total Deliveries since the start, by what became of them.\n"
      "# TYPE reckoner_ingest_events_total counter\n";
  const auto events = [&out](const char* outcome, std::int64_t count) {
    out += fmt::format("reckoner_ingest_events_total{{outcome=\"{}\"}} {}\n", outcome, count);
  };
  events("counted", statistics.counts.counted);
  events("duplicate", statistics.counts.duplicate);
  events("quarantined", statistics.counts.quarantined);
  const auto number = [&out](const char* name, const char* type, const char* help,
                             std::int64_t value) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
  };
  number("reckoner_ingest_submissions_total", "counter", "Requests and messages taken.",
         statistics.submissions);
  number("reckoner_ingest_transactions_total", "counter", "Transactions they became durable in.",
         statistics.transactions);
  number("reckoner_ingest_refused_total", "counter", "Submissions refused: the queue was full.",
         statistics.refused_full);
  number("reckoner_ingest_failed_total", "counter", "Submissions that failed.", statistics.failed);
  number("reckoner_ingest_queued_events", "gauge", "Events that wait.", statistics.queued_events);
  return out;
}

}  // namespace reckoner::web
