#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/log.hpp"
#include "engine/price_effect.hpp"
#include "web/answers.hpp"
#include "web/configuration_draft.hpp"
#include "web/event_stream.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using engine::EffectOver;
using engine::PriceEffect;

constexpr int kPreviewsMax = 2;
constexpr int kBusyRetrySeconds = 5;
constexpr std::size_t kLargestShown = 10;
constexpr std::size_t kLeftAloneShown = 100;
constexpr std::chrono::milliseconds kProgressEvery{300};

/// One of the previews that may go on at a time. Throws Problem 503 when there are enough.
class Turn {
 public:
  explicit Turn(std::shared_ptr<std::atomic<int>> going_on) : going_on_(std::move(going_on)) {
    if (++*going_on_ <= kPreviewsMax) return;
    --*going_on_;
    throw Problem(503, "other previews go on at this moment").retry_after(kBusyRetrySeconds);
  }
  ~Turn() { --*going_on_; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  const std::shared_ptr<std::atomic<int>> going_on_;
};

struct Preview {
  engine::EffectRequest request;
  std::chrono::seconds patience{60};
};

std::string_view name_of(EffectOver over) {
  switch (over) {
    case EffectOver::kOpen:
      return "open";
    case EffectOver::kDue:
      return "due";
    case EffectOver::kIssued:
      return "issued";
  }
  return "";
}

void write_amounts(text::JsonWriter& json, const money::Money& before, const money::Money& after) {
  json.key("before").string(before.to_string()).key("after").string(after.to_string());
  json.key("difference").string((after - before).to_string());
}

void write_totals(text::JsonWriter& json, const PriceEffect& effect, bool of_documents) {
  json.key("totals").begin_array();
  for (const PriceEffect::Total& total : effect.totals) {
    json.begin_object().key("currency").string(total.now.currency().code());
    json.key("customers").number(total.customers);
    write_amounts(json, total.now, total.then);
    const auto documents = [&](std::string_view key, const money::Money& sum) {
      json.key(key);
      of_documents ? json.string(sum.to_string()) : json.null();
    };
    documents("documents_before", total.documents_now);
    documents("documents_after", total.documents_then);
    json.end_object();
  }
  json.end_array();
}

void write_charges(text::JsonWriter& json, const PriceEffect& effect) {
  json.key("charges").begin_array();
  for (const PriceEffect::OfCharge& charge : effect.charges) {
    json.begin_object().key("plan").string(charge.plan).key("charge").string(charge.charge);
    json.key("currency").string(charge.now.currency().code());
    write_amounts(json, charge.now, charge.then);
    json.end_object();
  }
  json.end_array().key("plans").begin_array();
  for (const PriceEffect::OfPlan& plan : effect.plans) {
    json.begin_object().key("plan").string(plan.plan);
    json.key("currency").string(plan.now.currency().code());
    json.key("subscriptions").number(plan.subscriptions);
    write_amounts(json, plan.now, plan.then);
    json.end_object();
  }
  json.end_array();
}

/// The largest of one direction; `changed` has the largest difference first.
void write_largest(text::JsonWriter& json, std::string_view key, const PriceEffect& effect,
                   int sign) {
  json.key(key).begin_array();
  std::size_t shown = 0;
  for (const engine::CustomerEffect& changed : effect.changed) {
    if ((changed.then - changed.now).sign() != sign) continue;
    if (++shown > kLargestShown) break;
    json.begin_object().key("customer").string(changed.customer);
    json.key("currency").string(changed.now.currency().code());
    write_amounts(json, changed.now, changed.then);
    json.end_object();
  }
  json.end_array();
}

void write_left_alone(text::JsonWriter& json, std::string_view key,
                      const std::vector<PriceEffect::LeftAlone>& customers) {
  json.key(key).begin_array();
  for (std::size_t i = 0; i < std::min(kLeftAloneShown, customers.size()); ++i) {
    json.begin_object().key("customer").string(customers[i].customer);
    json.key("reason").string(customers[i].reason).end_object();
  }
  json.end_array().key(fmt::format("{}_count", key)).number(customers.size());
}

std::int64_t changed_customers(const PriceEffect& effect) {
  std::vector<std::string_view> names;
  for (const engine::CustomerEffect& changed : effect.changed) names.push_back(changed.customer);
  std::sort(names.begin(), names.end());
  return std::unique(names.begin(), names.end()) - names.begin();
}

std::string json_of(const PriceEffect& effect, const engine::EffectRequest& request) {
  const bool issued = request.over == EffectOver::kIssued;
  text::JsonWriter json;
  json.begin_object().key("version").number(effect.active.value);
  json.key("over").string(name_of(request.over)).key("from");
  issued ? json.string(time::to_string(request.range.from)) : json.null();
  json.key("to");
  issued&& request.range.to ? json.string(time::to_string(*request.range.to)) : json.null();
  json.key("complete").boolean(effect.complete).key("customers").number(effect.customers);
  json.key("customers_of").number(effect.customers_of);
  json.key("changed").number(changed_customers(effect));
  write_totals(json, effect, request.over == EffectOver::kDue);
  write_charges(json, effect);
  write_largest(json, "largest_up", effect, 1);
  write_largest(json, "largest_down", effect, -1);
  write_left_alone(json, "parked", effect.parked);
  write_left_alone(json, "held", effect.held);
  json.end_object();
  return json.finish();
}

/// `tell(looked_at, of)` is asked before each slice whether to go on.
template <class Tell>
std::string computed(const ConfigurationApi& api, Preview preview, const Tell& tell) {
  const auto until = std::chrono::steady_clock::now() + preview.patience;
  preview.request.go_on = [&](std::int64_t looked_at, std::int64_t of) {
    return std::chrono::steady_clock::now() < until && tell(looked_at, of);
  };
  auto lease = take_connection(api.pool);
  return json_of(engine::effect_of(*lease, api.versions, preview.request, api.clock()),
                 preview.request);
}

/// Progress now and then, and the effect or what went wrong.
void write_events(const ConfigurationApi& api, const Preview& preview, const std::string& request,
                  EventStream& stream) {
  auto next = std::chrono::steady_clock::now();
  bool listened_to = true;
  const auto tell = [&](std::int64_t looked_at, std::int64_t of) {
    if (const auto now = std::chrono::steady_clock::now(); now >= next) {
      next = now + kProgressEvery;
      listened_to =
          stream.send({"progress", fmt::format(R"({{"customers": {}, "of": {}}})", looked_at, of)});
    }
    return listened_to;
  };
  try {
    const std::string effect = computed(api, preview, tell);
    if (listened_to) stream.send({"impact", effect});
  } catch (...) {
    stream.send({"problem", answer_of(std::current_exception(), request).body});
  }
}

bool wants_events(const Request& request) {
  return request.header("accept").find("text/event-stream") != std::string::npos;
}

Response preview_response(const ConfigurationApi& api, const Request& request, Preview preview,
                          const std::shared_ptr<std::atomic<int>>& going_on) {
  const auto turn = std::make_shared<Turn>(going_on);
  if (!wants_events(request)) {
    return {200, "application/json",
            computed(api, std::move(preview), [](std::int64_t, std::int64_t) { return true; })};
  }
  return event_stream([api, turn, preview = std::move(preview), id = request.id](
                          EventStream& stream) { write_events(api, preview, id, stream); });
}

std::chrono::seconds patience_of(const text::Json& body) {
  const text::Json* seconds = member(body, "seconds");
  if (seconds == nullptr) return std::chrono::seconds(60);
  const auto number = seconds->kind() == text::Json::Kind::kNumber
                          ? money::Decimal::try_parse(seconds->as_number())
                          : std::nullopt;
  if (!number || *number < 1 || *number > 300 || number->scale() > 0) {
    throw Problem(400, "seconds must be a whole number from 1 to 300");
  }
  return std::chrono::seconds(std::stoll(number->to_string()));
}

EffectOver over_of(const text::Json& body) {
  const std::string over = text_member(body, "over").value_or("open");
  if (over == "open") return EffectOver::kOpen;
  if (over == "due") return EffectOver::kDue;
  throw Problem(400, fmt::format("over is '{}': it must be open or due", over));
}

std::shared_ptr<const engine::CompiledVersion> draft_of(const ConfigurationApi& api,
                                                        const text::Json& body) {
  const config::Edits edits = edits_of(body);
  auto lease = take_connection(api.pool);
  return compiled_draft(api, *active_configuration(*lease, api.versions).compiled, edits);
}

Preview impact_preview(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files", "over", "seconds"});
  const EffectOver over = over_of(body);
  const std::chrono::seconds patience = patience_of(body);
  return {{.next = draft_of(api, body), .over = over, .range = {}, .go_on = {}}, patience};
}

Preview reprice_preview(const ConfigurationApi& api, const Request& request) {
  const text::Json body = json_body(request);
  allow_members(body, {"files", "from", "to", "seconds"});
  const engine::RepriceRange range = range_of(body);
  const std::chrono::seconds patience = patience_of(body);
  return {{.next = draft_of(api, body), .over = EffectOver::kIssued, .range = range, .go_on = {}},
          patience};
}

}  // namespace

std::vector<Route> configuration_impact_routes(const ConfigurationApi& api) {
  const auto going_on = std::make_shared<std::atomic<int>>(0);
  const auto route = [&](std::string pattern, auto preview_of) {
    return Route{"POST", std::move(pattern), Right::kConsole,
                 [api, going_on, preview_of](const Request& request) {
                   return preview_response(api, request, preview_of(api, request), going_on);
                 }};
  };
  return {
      route("/api/v1/configuration/impact", impact_preview),
      route("/api/v1/configuration/reprice/preview", reprice_preview),
  };
}

}  // namespace reckoner::web
