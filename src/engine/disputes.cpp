#include "engine/disputes.hpp"

#include <fmt/format.h>

#include "engine/dispute_rows.hpp"
#include "engine/issue.hpp"
#include "engine/run_planning.hpp"
#include "store/announcements.hpp"
#include "store/document_rows.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

using money::Money;

constexpr std::size_t kMessageMax = 4'000;
constexpr std::string_view kTemplate = "mail/dispute.mustache";

// An UPDATE, as a batch locks them.
constexpr store::Statement kLock{"lock customer of a dispute", R"(
  update customer_state set ordinal = ordinal where customer_id = $1)"};
constexpr store::Statement kVoided{"void of a disputed document", R"(
  select 1 from document_void where customer_id = $1 and ordinal = $2)"};
constexpr store::Statement kDisputed{"disputed of a document", R"(
  select dispute, line, state, amount, held, message from dispute
   where customer_id = $1 and ordinal = $2 order by dispute)"};
constexpr store::Statement kCredited{"credited of a disputed document", R"(
  select coalesce(-sum(total), 0) as credited from document where customer_id = $1 and corrects = $2)"};
constexpr store::Statement kEmail{"address of who disputes",
                                  "select email from customer where customer_id = $1"};

/// The words of a message, whatever stands between them, in small letters as far as they are ASCII.
std::string bare(std::string_view message) {
  std::string words;
  bool apart = false;
  for (const char c : message) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (blank) {
      apart = !words.empty();
      continue;
    }
    if (apart) words += ' ';
    apart = false;
    words += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

void lock(store::Connection& connection, CustomerId customer) {
  store::OpenBooks::hold(connection);  // before the customer, as everybody does
  connection.execute(kLock, {customer});
}

/// The tax that comes on top of an amount of the line, rounded once.
Money with_tax(const domain::Document& document, const domain::DocumentLine& line,
               const Money& amount, money::Rounding rounding) {
  if (!line.tax_percent) return amount;
  for (const domain::TaxTotal& tax : document.taxes) {
    if (tax.percent != *line.tax_percent || tax.included) continue;
    const money::Ratio exact = money::Ratio(amount.amount()) * money::Ratio(tax.percent) /
                               money::Ratio(money::Decimal(100));
    return amount + money::round_to_currency(exact, amount.currency(), rounding);
  }
  return amount;
}

/// What may still be disputed, and what has been asked for.
class Opening {
 public:
  Opening(store::Connection& connection, const NewDispute& asked, const config::Settings& settings)
      : connection_(connection),
        asked_(asked),
        rounding_(settings.rounding()),
        again_max_(settings.integer("disputes.again")),
        id_(document_of(connection, asked)),
        document_(store::load_document(connection, id_)),
        disputes_(connection.query(kDisputed, {id_.customer, id_.ordinal})) {}

  NewDisputeRow row() const {
    if (asked_.message.empty()) throw Error("a dispute needs a message: what is wrong?");
    if (asked_.message.size() > kMessageMax) {
      throw Error(fmt::format("a message has at most {} bytes", kMessageMax));
    }
    if (document_.kind != domain::DocumentKind::kInvoice) {
      throw Error(fmt::format("{} is a credit note: there is nothing to dispute", asked_.document));
    }
    if (!connection_.query(kVoided, {id_.customer, id_.ordinal}).empty()) {
      throw Error(fmt::format("{} is void", asked_.document));
    }
    const NewDisputeRow row = asked_.line ? of_line() : of_document();
    require_again();
    return row;
  }

 private:
  static store::DocumentId document_of(store::Connection& connection, const NewDispute& asked) {
    const auto id = store::find_document(connection, asked.document);
    if (id && id->customer == asked.customer) return *id;
    throw Error(fmt::format("there is no document '{}'", asked.document));
  }

  /// What open disputes have of the document in all.
  Money held() const {
    Money sum(document_.currency);
    for (const store::Row& row : disputes_) {
      if (row.text("state") == "open") sum += Money(row.decimal("held"), document_.currency);
    }
    return sum;
  }
  /// What of the total is neither disputed nor credited.
  Money left_of_document() const {
    const Money credited(
        connection_.query(kCredited, {id_.customer, id_.ordinal}).only().decimal("credited"),
        document_.currency);
    return document_.total - credited - held();
  }

  Money amount(const Money& left, std::string_view what) const {
    const Money amount = asked_.amount ? Money(*asked_.amount, document_.currency) : left;
    if (amount.sign() <= 0) {
      throw Error(asked_.amount ? "a disputed amount is above zero"
                                : fmt::format("nothing of {} is left to dispute", what));
    }
    if (left < amount) {
      throw Error(fmt::format("of {} only {} {} may be disputed", what, left.to_string(),
                              left.currency().code()));
    }
    return amount;
  }

  /// One at a time; and what has ended without a credit note, not for ever.
  void require_again() const {
    const std::string what = asked_.line
                                 ? fmt::format("line {} of {}", *asked_.line, asked_.document)
                                 : fmt::format("{} as a whole", asked_.document);
    std::int64_t ended = 0;
    for (const store::Row& row : disputes_) {
      if (row.optional_int64("line") != asked_.line) continue;
      const std::string state = row.text("state");
      const std::int64_t number = row.int64("dispute");
      if (state == "open") {
        throw Error(fmt::format("{} is disputed already: dispute {} is open", what, number));
      }
      if (state == "credited") continue;
      ++ended;
      if (state == "refused" && bare(row.text("message")) == bare(asked_.message)) {
        throw Error(fmt::format(
            "dispute {} of {} had that message and was refused: say what is new", number, what));
      }
    }
    if (ended > again_max_) {
      throw Error(fmt::format(
          "{} was disputed {} times without a credit note, and may be disputed again {} times at "
          "most",
          what, ended, again_max_));
    }
  }

  NewDisputeRow of_document() const {
    const Money asked_for = amount(left_of_document(), asked_.document);
    return {id_.ordinal, std::nullopt, asked_for, asked_for, asked_.message};
  }

  NewDisputeRow of_line() const {
    const auto count = static_cast<std::int64_t>(document_.lines.size());
    if (*asked_.line < 1 || *asked_.line > count) {
      throw Error(
          fmt::format("{} has lines 1 to {}, not {}", asked_.document, count, *asked_.line));
    }
    const domain::DocumentLine& line = document_.lines[static_cast<std::size_t>(*asked_.line - 1)];
    const std::string what = fmt::format("line {} of {}", *asked_.line, asked_.document);
    const Money asked_for = amount(line.line.amount, what);
    const Money held =
        std::min(with_tax(document_, line, asked_for, rounding_), left_of_document());
    if (held.sign() <= 0) {
      throw Error(fmt::format("nothing of {} is left to dispute", asked_.document));
    }
    return {id_.ordinal, asked_.line, asked_for, held, asked_.message};
  }

  store::Connection& connection_;
  const NewDispute& asked_;
  const money::Rounding rounding_;
  const std::int64_t again_max_;
  const store::DocumentId id_;
  const domain::Document document_;
  const store::Rows disputes_;  ///< of the document, by number
};

/// Mails and announcements of what the dispute has become.
void tell(store::Connection& connection, Versions& versions, const Dispute& dispute,
          time::Instant now) {
  const VersionId version = require_active(connection, versions);
  const std::string operator_email =
      versions.load(connection, version)->configuration().settings.text("billing.operator.email");
  std::vector<OutgoingMail> mails;
  const auto mail = [&](const std::string& recipient, std::string_view copy) {
    if (recipient.empty()) return;
    mails.push_back(
        {.customer = dispute.customer,
         .message_key = fmt::format("dispute:{}:{}{}", dispute.number, dispute.state, copy),
         .kind = "dispute",
         .recipient = recipient,
         .member = std::string(kTemplate),
         .version = version});
  };
  mail(connection.query(kEmail, {dispute.customer}).only().text("email"), "");
  mail(operator_email, ":operator");
  write_outbox(connection, mails, now);
  store::Announcements announcements(connection, {dispute.customer});
  announcements.add(dispute.customer,
                    dispute.state == "open" ? "dispute.opened" : "dispute.settled",
                    to_json(dispute));
  announcements.write(now);
}

/// One that waits for a decision, its customer locked.
Dispute require_open(store::Connection& connection, CustomerId customer, std::int64_t number) {
  auto dispute = find_dispute(connection, customer, number);
  if (!dispute) throw Error(fmt::format("there is no dispute {}", number));
  if (dispute->state != "open") {
    throw Error(fmt::format("dispute {} is {} already", number, dispute->state));
  }
  return *std::move(dispute);
}

Dispute settle(store::Connection& connection, Versions& versions, const Dispute& open,
               const DisputeSettlement& settlement, time::Instant now) {
  settle_dispute_row(connection, open, settlement, now);
  Dispute settled = find_dispute(connection, open.customer, open.number).value();
  tell(connection, versions, settled, now);
  return settled;
}

/// The lines of the credit note.
std::vector<CreditedLine> credited_lines(store::Connection& connection, const Dispute& dispute,
                                         const DisputeCredit& credit) {
  if (!credit.lines.empty()) return credit.lines;
  if (dispute.line) return {{*dispute.line, dispute.amount.amount()}};
  const domain::Document document =
      store::load_document(connection, {dispute.customer, dispute.ordinal});
  if (dispute.amount != document.total) {
    throw Error(fmt::format("{} {} of the {} {} of {} are disputed: say which lines are credited",
                            dispute.amount.to_string(), dispute.amount.currency().code(),
                            document.total.to_string(), document.currency.code(),
                            dispute.document));
  }
  std::vector<CreditedLine> lines;
  for (std::size_t i = 0; i < document.lines.size(); ++i) {
    const int sign = document.lines[i].line.amount.sign();
    if (sign < 0) {
      throw Error(fmt::format("{} has lines below zero: say which lines are credited, and how much",
                              dispute.document));
    }
    if (sign == 0) continue;
    lines.push_back({static_cast<std::int64_t>(i) + 1, std::nullopt});
  }
  return lines;
}

}  // namespace

Dispute open_dispute(store::Connection& connection, Versions& versions, const NewDispute& asked,
                     const std::string& who, time::Instant now) {
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  lock(connection, asked.customer);
  const auto version = versions.load(connection, require_active(connection, versions));
  const std::int64_t number = insert_dispute_row(
      connection, asked.customer,
      Opening(connection, asked, version->configuration().settings).row(), who, now);
  Dispute opened = find_dispute(connection, asked.customer, number).value();
  tell(connection, versions, opened, now);
  transaction.commit();
  return opened;
}

Dispute credit_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                       std::int64_t number, const DisputeCredit& credit, const std::string& who,
                       time::Instant now) {
  if (credit.reason.empty()) throw Error("a credit needs a reason: it is printed on its document");
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  lock(connection, customer);
  const Dispute dispute = require_open(connection, customer, number);
  const domain::Document note = credit_note(connection, versions,
                                            {.number = dispute.document,
                                             .lines = credited_lines(connection, dispute, credit),
                                             .nature = credit.nature,
                                             .reason = credit.reason},
                                            now);
  Dispute settled =
      settle(connection, versions, dispute, {"credited", credit.reason, who, note.ordinal}, now);
  transaction.commit();
  return settled;
}

Dispute refuse_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                       std::int64_t number, const std::string& reason, const std::string& who,
                       time::Instant now) {
  if (reason.empty()) throw Error("a refusal needs a reason: the customer reads it");
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  lock(connection, customer);
  Dispute settled = settle(connection, versions, require_open(connection, customer, number),
                           {"refused", reason, who, std::nullopt}, now);
  transaction.commit();
  return settled;
}

Dispute withdraw_dispute(store::Connection& connection, Versions& versions, CustomerId customer,
                         std::int64_t number, const std::string& who, time::Instant now) {
  store::Transaction transaction(connection, store::TransactionKind::kEnclosing);
  lock(connection, customer);
  Dispute settled = settle(connection, versions, require_open(connection, customer, number),
                           {"withdrawn", "", who, std::nullopt}, now);
  transaction.commit();
  return settled;
}

}  // namespace reckoner::engine
