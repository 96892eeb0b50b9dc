// A user's own handler in a shared library, and libraries that are none.

#include "engine/plugin.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

namespace fs = std::filesystem;

using test::BillingWorld;
using test::charged;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// A plug-in directory with the libraries of the tests.
class PluginTest : public testing::Test {
 protected:
  PluginTest() {
    fs::copy(RECKONER_CARBON_FEE, directory());
    for (const char* broken : {"libother-abi.so", "libwithout-abi.so", "libwithout-handlers.so"}) {
      fs::copy(fs::path(RECKONER_BROKEN_PLUGINS) / broken, directory());
    }
    std::ofstream(directory() / "libtext.so") << "this is no library\n";
  }

  fs::path directory() const { return temporary_.path(); }

  static config::Files with_step(const std::string& library, const std::string& percent = "2",
                                 const std::string& class_name = "CarbonFeeHandler") {
    return test::with_statement_steps(test::shipped_configuration(),
                                      "<handler class=\"" + class_name + "\" library=\"" + library +
                                          "\"><parameter name=\"percent\" value=\"" + percent +
                                          "\"/></handler>");
  }

  std::string refusal(config::Files files) {
    const Versions versions(test::catalogue_with({}), directory());
    return error_of([&] { versions.compile(std::move(files)); });
  }

 private:
  test::TemporaryDirectory temporary_;
};

TEST_F(PluginTest, ACarbonFeeIsBilledOnceAndThenOnlyItsDifference) {
  BillingWorld world({.files = with_step("libcarbon-fee.so"), .plugins = directory()});
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  EXPECT_THAT(charged(world.one_interim("acme", "2026-11-01T00:00:00Z").document),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92",
                          "2026-10 CarbonFeeHandler 10.28"));
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92",
                          "2026-10 CarbonFeeHandler 10.28"));
  EXPECT_EQ(world.last_document("acme").lines.back().line.description,
            "Carbon fee, 2 % of 513.92 USD");
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).due, 0);

  world.bandwidth("acme", "100", "2026-10-06T10:00:00Z");
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).counts.invoiced, 1);
  EXPECT_THAT(
      charged(world.last_document("acme")),
      ElementsAre("2026-10 true-up bandwidth 3.00", "2026-10 true-up CarbonFeeHandler 0.06"));
  EXPECT_EQ(world.run_by_hand({.true_ups = true}).due, 0);
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
  world.expect_books_in_order();
}

TEST_F(PluginTest, ANonsensicalPercentageIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal(with_step("libcarbon-fee.so", "101")),
              testing::MatchesRegex(
                  "billing-config\\.xml:[0-9]+: percent is 101: it must be from 0 to 100"));
  EXPECT_THAT(refusal(with_step("libcarbon-fee.so", "two")),
              HasSubstr("parameter 'percent' must be a decimal number, not 'two'"));
}

TEST_F(PluginTest, AStatementItCanMakeNoSenseOfParksTheCustomer) {
  const auto refund = [](StatementContext& context) {
    context.for_each_period([](PeriodWork& period) {
      if (period.customer->customer.key != "odd") return;
      period.lines.front().amount = -period.lines.front().amount;
    });
  };
  BillingWorld world({.files = test::with_statement_steps(with_step("libcarbon-fee.so"),
                                                          R"(<handler class="RefundHandler"/>)"),
                      .handlers = {test::statement_step("RefundHandler", refund)},
                      .plugins = directory()});
  for (const char* key : {"odd", "even"}) {
    world.customer(key);
    world.subscribe(key, "SMB", "2026-10-01");
  }
  EXPECT_EQ(world.run("2026-11-01T02:00:00Z").counts.invoiced, 1);
  EXPECT_THAT(world.parked(),
              ElementsAre("odd: period 2026-10: a carbon fee on -100.00, which is below zero"));
}

TEST_F(PluginTest, ALibraryOfAnotherAbiIsRefused) {
  EXPECT_THAT(
      refusal(with_step("libother-abi.so")),
      HasSubstr("library libother-abi.so: it was built for plug-in ABI 999, this program has " +
                std::to_string(kPluginAbi) + "; build it again"));
}

TEST_F(PluginTest, AMissingSymbolIsNamed) {
  EXPECT_THAT(refusal(with_step("libwithout-abi.so")),
              HasSubstr("library libwithout-abi.so: it does not export reckoner_plugin_abi"));
  EXPECT_THAT(refusal(with_step("libwithout-handlers.so")),
              HasSubstr("library libwithout-handlers.so: it does not export "
                        "reckoner_plugin_handlers"));
}

TEST_F(PluginTest, AMissingFileAndWhatIsNoLibraryAreSaid) {
  EXPECT_THAT(refusal(with_step("libmissing.so")),
              HasSubstr("library libmissing.so: there is no such file in the plug-in directory"));
  EXPECT_THAT(refusal(with_step("libtext.so")),
              HasSubstr("library libtext.so: it cannot be loaded: "));
}

TEST_F(PluginTest, AClassTheLibraryDoesNotHaveIsRefusedWithASuggestion) {
  EXPECT_THAT(refusal(with_step("libcarbon-fee.so", "2", "CarbonFeHandler")),
              HasSubstr("library libcarbon-fee.so has no handler 'CarbonFeHandler'; did you mean "
                        "'CarbonFeeHandler'?"));
}

TEST_F(PluginTest, AVersionKnowsItsLibraryAndTakesNoOther) {
  BillingWorld world({.files = with_step("libcarbon-fee.so"), .plugins = directory()});
  EXPECT_EQ(world.number("select count(*) from config_file where kind = 'library'"), 1);

  std::ofstream(directory() / "libcarbon-fee.so", std::ios::app) << "another build";
  Versions elsewhere(test::catalogue_with({}), directory());
  store::Connection connection = world.connect();
  EXPECT_THAT(error_of([&] { elsewhere.load(connection, VersionId{1}); }),
              testing::AllOf(StartsWith("configuration version 1: billing-config.xml:"),
                             HasSubstr("library libcarbon-fee.so: its file is not the one this "
                                       "configuration version was made with")));
}

}  // namespace

}  // namespace reckoner::engine
