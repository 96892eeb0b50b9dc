// What must hold of everything stored: a sound database has nothing wrong, and each way to be wrong
// that docs/verify.md tells is found, in the row where it is.

#include "engine/audit.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "engine/corrections.hpp"
#include "metering/conservation.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::Contains;
using testing::HasSubstr;

/// A violation, the check that finds it, and how that names its row.
struct Damage {
  std::string invariant;
  std::string check;
  std::string sql;
  std::string row;
};

std::vector<store::CheckOutcome> audited(store::Connection& connection, Versions& versions) {
  std::vector<store::CheckOutcome> outcomes;
  const auto active = versions.load(connection, versions.active(connection).value());
  for (const metering::ConservationCheck& check : metering::conservation_checks()) {
    outcomes.push_back(check.run(connection, active->configuration()));
    outcomes.back().invariant = check.invariant;
  }
  audit(connection, versions,
        {.outcome = [&](const store::CheckOutcome& outcome) { outcomes.push_back(outcome); }});
  return outcomes;
}

/// All that is wrong: "V3 sums: INV-2026-000001 …".
std::vector<std::string> wrong_rows(const std::vector<store::CheckOutcome>& outcomes) {
  std::vector<std::string> rows;
  for (const store::CheckOutcome& outcome : outcomes) {
    for (const std::string& row : outcome.wrong) {
      rows.push_back(fmt::format("{} {}: {}", outcome.invariant, outcome.name, row));
    }
  }
  return rows;
}

/// A year's worth of what can happen, told once: taxes, late usage, a discount, a coupon, prepaid
/// credit, payments, a void, a credit note, somebody who cannot be billed.
class AuditTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = std::make_unique<test::BillingWorld>(
        test::BillingWorld::Setup{.files = test::edited(test::shipped_configuration(), "taxes.xml",
                                                        "home=\"\"", "home=\"DE\"")});
    test::BillingWorld& world = *world_;
    world.set_clock("2026-10-01T08:00:00Z");
    for (const char* customer : {"acme", "bolt", "core", "dent"}) world.customer(customer);
    world.subscribe("acme", "Professional", "2026-10-01");
    world.subscribe("bolt", "SMB", "2026-10-01");
    world.subscribe("core", "Professional", "2026-10-01");
    world.subscribe("dent", "SMB", "2026-10-01");
    world.subscribe_twice("dent", "SMB", "2026-10-01");
    world.import(accounts::ImportKind::kDiscounts,
                 "key,customer,percentage,starts-on\nd1,core,10,2026-10-01\n");
    world.import(accounts::ImportKind::kCredits,
                 "key,customer,kind,amount,percent,documents,charges,expires-on,priority\n"
                 "welcome,acme,coupon,100,,,,2027-01-01,\nfund,acme,prepaid,50,,,,,\n"
                 "tenth,core,coupon,,10,3,,,\n");
    world.bandwidth("acme", "2536", "2026-10-05T10:00:00Z");
    world.pay("acme", "20.00", "2026-10-20", "bank-1");
    world.run("2026-11-01T02:00:00Z");
    world.bandwidth("acme", "100", "2026-10-20T10:00:00Z");
    world.pay("bolt", "30.00", "2026-11-20", "bank-2");
    world.run("2026-12-01T02:00:00Z");
    auto connection = world.connect();
    void_document(connection, world.versions(),
                  {world.last_document("core").number, VoidMode::kRebill, "wrong address"},
                  world.now());
    credit_note(connection, world.versions(),
                {.number = world.last_document("bolt").number,
                 .lines = {{1, money::Decimal(10)}},
                 .nature = invoicing::CreditNature::kConcession,
                 .reason = "sorry"},
                world.now());
    world.run("2026-12-02T02:00:00Z");
    world.bandwidth("acme", "7", "2026-12-01T10:00:00Z");
  }
  static void TearDownTestSuite() { world_.reset(); }

  /// Does the damage in a transaction that is rolled back, and gives what the audit says of it.
  static std::vector<std::string> found_after(const std::string& sql) {
    store::Connection superuser = world_->connect(store::Role::kSuperuser);
    store::Transaction transaction(superuser);
    superuser.run_script({"damage", "set local session_replication_role = replica; " + sql});
    return wrong_rows(audited(superuser, world_->versions()));
  }

  static std::unique_ptr<test::BillingWorld> world_;
};

std::unique_ptr<test::BillingWorld> AuditTest::world_;

TEST_F(AuditTest, ASoundDatabaseHasNothingWrong) {
  world_->expect_books_in_order();
  EXPECT_GE(world_->number("select count(*) from document"), 9);
  auto connection = world_->connect();
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  EXPECT_THAT(wrong_rows(audited(connection, world_->versions())), testing::IsEmpty());
}

const std::vector<Damage>& damages() {
  static const std::vector<Damage> kDamages{
      // The ledger.
      {"V1", "entries",
       "update posting set amount = amount + 0.01 where customer_id = 1 and entry = 'document:1' "
       "and "
       "account = 'revenue'",
       "customer acme: entry document:1"},
      {"V1", "entries",
       "update posting set amount = 'NaN' where customer_id = 2 and account = 'cash'",
       "customer bolt: entry payment:1"},
      {"V2", "balances",
       "update customer_balance set balance = balance + 0.01 where customer_id = 2",
       "customer bolt: balance in USD"},
      {"V2", "balances", "delete from posting where customer_id = 3 and entry = 'document:1'",
       "customer core: balance in USD"},
      {"V2", "posted", "delete from posting where customer_id = 3 and entry = 'document:1'",
       "INV-2026-000003 (customer core, document 1): document:1 comes to"},
      {"V2", "posted", "delete from payment where customer_id = 2", "entry payment:1 is posted"},
      {"V2", "brought-forward",
       "update document set brought_forward = brought_forward + 1, carried_forward = "
       "carried_forward "
       "+ 1 where customer_id = 1 and ordinal = 2",
       "(customer acme, document 2): brings forward"},
      // Documents.
      {"V3", "sums",
       "update document_line set amount = amount + 0.01 where customer_id = 1 and ordinal = 1 and "
       "line "
       "= 1",
       "INV-2026-000001 (customer acme, document 1): lines sum to"},
      {"V3", "sums", "delete from document_line where customer_id = 2 and ordinal = 1 and line = 4",
       "INV-2026-000002 (customer bolt, document 1): 3 lines of 4"},
      {"V3", "sums", "delete from document where customer_id = 2 and ordinal = 1",
       "(customer bolt, document 1): there is no such document"},
      {"V3", "sums", "update payment set claimed_by = null where customer_id = 1",
       "INV-2026-000001 (customer acme, document 1): payments shown are 0"},
      {"V3", "sums",
       "update document_tax set tax = tax + 0.01 where customer_id = 2 and ordinal = 1",
       "INV-2026-000002 (customer bolt, document 1): taxes sum to"},
      {"V4", "taxes",
       "update document_tax set tax = tax + 0.01 where customer_id = 2 and ordinal = 1; update "
       "document "
       "set tax_total = tax_total + 0.01, total = total + 0.01, carried_forward = carried_forward "
       "+ 0.01 "
       "where customer_id = 2 and ordinal = 1",
       "INV-2026-000002 (customer bolt, document 1): 'standard' at 19 %"},
      {"V4", "taxes",
       "update document_tax set base = base + 1 where customer_id = 2 and ordinal = 1",
       "INV-2026-000002 (customer bolt, document 1): 'standard' at 19 %"},
      {"V5", "parts",
       "update document_line set amount = amount - 0.02 where customer_id = 3 and ordinal = 1 and "
       "charge "
       "= 'discount-1'",
       "INV-2026-000003 (customer core, document 1): 'discount-1'"},
      // Usage: more of it in tests/torture and tests/metering.
      {"V6", "cuts", "update ingest_batch set cut = 99 where batch_id = 1", "batch 1 is of cut 99"},
      {"V6", "totals", "update usage_total set event_count = 5 where bucket = '2026-10-05T10:00Z'",
       "customer acme, meter bandwidth"},
      {"V6", "billed",
       "insert into subscription select customer_id, 9, 'x', cycle, plan, currency, starts_at, "
       "ends_at, "
       "created_at from subscription where customer_id = 1",
       "customer acme, meter bandwidth"},
      {"V7", "deliveries",
       "update ingest_tally set received = received + 1, quarantined = quarantined + 1 where "
       "batch_id "
       "= 1",
       "namespace default: 4 received = 3 counted"},
      {"V7", "batches", "delete from raw_event where batch_id = 2", "batch 2"},
      {"V7", "events", "delete from event_key where batch_id = 1", "event '1' of source 'story'"},
      {"V20", "events", "update event_key set digest = gen_random_uuid() where batch_id = 1",
       "event '1' of source 'story'"},
      // Periods.
      {"V8", "periods",
       "update billing_period set ends_at = ends_at - interval '1 hour' where customer_id = 1 and "
       "label = "
       "'2026-10'",
       "customer acme: cycle 1, arrears: 2026-10"},
      {"V8", "periods",
       "update billing_period set starts_at = starts_at + interval '1 day' where customer_id = 2 "
       "and "
       "label = '2026-12'",
       "customer bolt: cycle 1, arrears: 2026-11"},
      {"V9", "billed-once",
       "insert into document_line select (jsonb_populate_record(l, '{\"ordinal\": 2}')).* from "
       "document_line l where customer_id = 1 and ordinal = 1 and line = 2",
       "(customer acme, document 2): cycle 1, arrears: it bills 2026-10, as document 1 did"},
      {"V9", "billed-once",
       "update billing_period set billed_cut = null, version_id = null where customer_id = 2 and "
       "label = "
       "'2026-10'",
       "INV-2026-000002 (customer bolt, document 1): cycle 1, arrears: it bills 2026-10, which is "
       "not "
       "billed"},
      {"V9", "billed-once",
       "update billing_period set billed_by_run = 2 where customer_id = 2 and label = '2026-10'",
       "INV-2026-000002 (customer bolt, document 1): cycle 1, arrears: it bills 2026-10 in run 1"},
      {"V25", "trees",
       "insert into customer_parent (customer_id, parent, parent_key, gets_mails, set_at) "
       "values (1, 2, 'bolt', false, now()), (2, 1, 'acme', false, now())",
       "customer acme: is below itself"},
      {"V25", "trees",
       "insert into customer_below (customer_id, below, below_key, parent_key, depth) "
       "values (1, 2, 'bolt', 'acme', 1)",
       "customer bolt: is in the tree of customer 1, and not below it"},
      {"V24", "shown-or-billed",
       "update billing_period set showback = true where customer_id = 2 and label = '2026-10'",
       "INV-2026-000002 (customer bolt, document 1): cycle 1, arrears: its kind is invoice, and "
       "2026-10 "
       "is shown"},
      {"V9", "keys",
       "update document_line set key = (select key from document_line where customer_id = 2 and "
       "ordinal = "
       "1 and line = 1) where customer_id = 2 and ordinal = 1 and line = 2",
       "INV-2026-000002 (customer bolt, document 1): bills 'sub:1|subscription||arrears' of "
       "2026-10"},
      {"V9", "ordinals", "update customer_state set ordinal = ordinal - 1 where customer_id = 3",
       "customer core: 4 documents, numbered 1 to 4; the state says 3"},
      // Series.
      {"V10", "numbers", "delete from issued where number = 'INV-2026-000002'",
       "INV-2026-000003 (customer core, document 1): billing.invoice.number 2026 lacks what comes "
       "behind "
       "no. 1"},
      {"V10", "numbers",
       "update series set next_seq = next_seq + 1 where series = 'billing.invoice.number'",
       "billing.invoice.number 2026: the counter stands before"},
      {"V10", "numbers",
       "update issued set issued_at = issued_at - interval '70 days' where number = "
       "'INV-2026-000004'",
       "INV-2026-000004 (customer acme, document 2): was issued at"},
      {"V10", "numbers",
       "insert into issued select 'INV-2026-000099', series, year, seq, customer_id, ordinal, "
       "issued_at, "
       "chain_hash from issued where number = 'INV-2026-000002'",
       "billing.invoice.number 2026 has no. 2 twice"},
      {"V11", "contents",
       "update document set customer_name = 'Bolt Inc' where customer_id = 2 and ordinal = 1",
       "INV-2026-000002 (customer bolt, document 1): does not say what it said"},
      {"V11", "versions",
       "update config_file set content = content || '\\x20' where name = 'pricing/stratoslive.xml'",
       "version 1: its files are not those of"},
      {"V12", "chain", "update issued set chain_hash = sha256('') where number = 'INV-2026-000002'",
       "INV-2026-000002 (customer bolt, document 1): its link"},
      {"V12", "chain",
       "update series set last_hash = sha256('') where series = 'billing.creditNote.number'",
       "billing.creditNote.number 2026: the head is not its link"},
      // Corrections, mails, runs.
      {"V13", "corrections",
       "update document set corrects = 77 where customer_id = 2 and run_id = 0",
       "CN-2026-000002 (customer bolt, document 3): corrects document 77, which is not there"},
      {"V13", "corrections",
       "update document set currency = 'EUR' where customer_id = 2 and run_id = 0",
       "CN-2026-000002 (customer bolt, document 3): in EUR corrects one in USD"},
      {"V13", "corrections",
       "update document_line set amount = -1000 where customer_id = 2 and ordinal = 3",
       "CN-2026-000002 (customer bolt, document 3): credits of 1000 on line"},
      {"V13", "corrections", "update document_void set by_ordinal = 1",
       "(customer core, document 2): is void by document 1, which corrects nothing"},
      {"V14", "mails", "delete from outbox where customer_id = 2 and message_key = 'document:1'",
       "INV-2026-000002 (customer bolt, document 1): has no mail to billing@bolt.example"},
      {"V14", "mails",
       "update outbox set message_key = 'document:9' where customer_id = 2 and message_key "
       "= 'document:1'",
       "(customer bolt, document 9): has a mail, but is not there"},
      {"V14", "mails", "update outbox set message_id = 'same' where customer_id = 2",
       "shares its message id same"},
      {"V14", "mails", "update outbox set state = 'sent' where customer_id = 2",
       "is sent, without its time and content"},
      {"V14", "mails",
       "update document set email = 'x@example.com' where customer_id = 2 and ordinal = 1",
       "mail document:1 to billing@bolt.example"},
      {"V15", "runs", "update engine_run set invoiced = invoiced - 1 where run_id = 1",
       "run 1 says it invoiced 2 customers, its batches 3"},
      {"V15", "runs", "update engine_run set due = due + 1 where run_id = 2",
       "run 2: 4 of 5 customers due are settled"},
      {"V15", "runs", "update run_batch set nothing_due = 7 where run_id = 2",
       "run 2: the customers of 1 batches do not add up"},
      {"V15", "runs", "update document set cut = 99 where customer_id = 2 and ordinal = 1",
       "run 1: 1 documents have another cut or version"},
      {"V15", "runs", "delete from engine_run where run_id = 1", "run 1 is not there"},
      {"V15", "parked", "update parked set reason = ''",
       "customer dent: is parked without a reason"},
      {"V17", "amounts",
       "update document_line set amount = 0.001 where customer_id = 2 and ordinal = 1 and line = 2",
       "INV-2026-000002 (customer bolt, document 1): line 2 has an amount that is none in USD"},
      {"V17", "amounts",
       "update document_line set quantity = 'NaN' where customer_id = 2 and ordinal = 1 and line = "
       "2",
       "INV-2026-000002 (customer bolt, document 1): line 2"},
      {"V17", "amounts", "update payment set amount = 30.005 where customer_id = 2",
       "customer bolt: payment 1 is no amount in USD"},
      // Whose rows are whose.
      {"V18", "isolation",
       "alter table document_tax drop constraint document_tax_pkey; alter table "
       "document_tax add primary key (ordinal, customer_id, position)",
       "table document_tax: its key document_tax_pkey does not start with customer_id"},
      {"V18", "isolation",
       "create unique index on subscription (subscription) where customer_id = 1; alter table "
       "agreed_figure "
       "add column other int; alter table subscription add column x int generated by default as "
       "identity "
       "unique; alter table agreed_figure add constraint stray foreign key (other) references "
       "subscription "
       "(x)",
       "table agreed_figure: stray refers to subscription without the customer"},
      {"V18", "owners",
       "update billing_period set customer_id = 77 where customer_id = 1 and label = "
       "'2026-12'",
       "customer number 77: 1 rows of billing_period are of no customer"},
      {"V18", "owners", "update subscription set cycle = 5 where customer_id = 2",
       "customer bolt: subscription 1: cycle 5 is another's or none"},
      // Credits, topics, schedule.
      {"V19", "credits",
       "update credit_movement set amount = amount - 1000 where customer_id = 1 and credit = 1 and "
       "kind = "
       "'draw' and movement = 2",
       "credit 1, movement 2: leaves -1000"},
      {"V19", "credits",
       "delete from credit_movement where customer_id = 1 and credit = 1 and movement = 1",
       "credit 1, movement 2: is no. 1 of them"},
      {"V19", "credits", "update credit set documents = 1 where customer_id = 3",
       "customer core: credit 1 is for 1 documents and was drawn by"},
      {"V21", "positions",
       "insert into quarantine (namespace, key, digest, reason, source, event_id, subject, "
       "content, "
       "first_at, last_at, deliveries) values ('default', gen_random_uuid(), gen_random_uuid(), "
       "'r', "
       "'kafka:usage', 'usage/3/41', '', '', '2026-10-01Z', '2026-10-01Z', 1); insert into "
       "kafka_position "
       "values ('usage', 3, 41, '2026-10-01Z')",
       "topic usage, partition 3: message 41 is stored, next is 41"},
      {"V22", "schedule", "delete from billing_period where customer_id = 2 and billed_cut is null",
       "customer bolt: cycle 1 goes on, and has no period to be billed next"},
      {"V22", "schedule",
       "update billing_period set billed_cut = null, version_id = null where customer_id = 2 and "
       "label = "
       "'2026-11'",
       "customer bolt: cycle 1, arrears: due at 2026-12-01"},
  };
  return kDamages;
}

TEST_F(AuditTest, EveryViolationIsNamed) {
  for (const Damage& damage : damages()) {
    EXPECT_THAT(
        found_after(damage.sql),
        Contains(testing::AllOf(testing::ContainsRegex(fmt::format(
                                    "(^| ){}( V[0-9]+)* {}:", damage.invariant, damage.check)),
                                HasSubstr(damage.row))))
        << damage.sql;
  }
}

TEST_F(AuditTest, EveryInvariantHasItsViolation) {
  std::set<std::string> tried;
  for (const Damage& damage : damages()) tried.insert(damage.invariant);
  // V16 is replay's: replay_test, recompute_test.
  for (int number = 1; number <= 22; ++number) {
    if (number == 16) continue;
    EXPECT_THAT(tried, Contains(fmt::format("V{}", number)));
  }
}

/// The twelve fields, and what else can be done to what was issued.
TEST_F(AuditTest, TamperingWithADocumentIsFoundWhereItWasDone) {
  const std::string number = "INV-2026-000002 (customer bolt, document 1)";
  const std::string of = " where customer_id = 2 and ordinal = 1";
  for (const char* change :
       {"document set customer_name = customer_name || 'x'",
        "document set time_zone = 'Asia/Tokyo'", "document set kind = 'credit-note'",
        "document set issued_on = issued_on + 1", "document set due_on = due_on + 30",
        "document set reason = 'none'",
        "document set brought_forward = brought_forward - 1, carried_forward = carried_forward - 1",
        "document_line set description = 'Sundries'", "document_line set quantity = quantity + 1",
        "document_line set unit = 'piece'", "document_line set facts = '{}'",
        "document_line set ends_on = ends_on + 1", "document_line set tax_percent = 7",
        "document_tax set country = 'FR'", "document_tax set percent = 16"}) {
    EXPECT_THAT(found_after("update " + std::string(change) + of),
                Contains(testing::StartsWith("V11 contents: " + number)))
        << change;
  }
  // Swapped with the next one, its numbers and links as they were.
  EXPECT_THAT(
      found_after(
          "update issued set ordinal = -1 where number = 'INV-2026-000002'; update issued i "
          "set customer_id = o.customer_id, ordinal = o.ordinal from (values "
          "('INV-2026-000002', 3, 1), ('INV-2026-000003', 2, 1)) o (number, customer_id, "
          "ordinal) where i.number = o.number"),
      testing::AllOf(
          Contains(HasSubstr("V12 chain: INV-2026-000002 (customer core, document 1)")),
          Contains(HasSubstr("V12 chain: INV-2026-000003 (customer bolt, document 1)"))));
  // One more at the end, linked and counted as it should be, but a copy of another.
  EXPECT_THAT(found_after("with head as (select * from issued where series = "
                          "'billing.invoice.number' order by seq desc "
                          "limit 1), added as (insert into issued select 'INV-2026-000999', "
                          "h.series, h.year, h.seq + 1, "
                          "2, 1, h.issued_at, sha256(int8send(32) || h.chain_hash || int8send(32) "
                          "|| d.content_hash || "
                          "int8send(15) || 'INV-2026-000999'::bytea) from head h, document d where "
                          "d.customer_id = 2 and "
                          "d.ordinal = 1 returning chain_hash) update series set next_seq = "
                          "next_seq + 1, last_hash = "
                          "chain_hash from added where series = 'billing.invoice.number'"),
              Contains(testing::AllOf(HasSubstr("V10 numbers"), HasSubstr("has 2 numbers"))));
  // The tail, with everything that belongs to it, is a matter of the exported head:
  // series_head_test.
}

}  // namespace

}  // namespace reckoner::engine
