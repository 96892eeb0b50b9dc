// What a chain must be: each refusal with its file, its line and its exact words.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::edited;
using test::error_of;
using test::shipped_configuration;
using testing::HasSubstr;
using testing::Not;

std::string with_parameter(std::string_view class_name, std::string_view name,
                           std::string_view value) {
  return fmt::format(R"(<handler class="{}"><parameter name="{}" value="{}"/></handler>)",
                     class_name, name, value);
}

constexpr const char* kFeeding = R"(<handler class="SubscriptionFeedingHandler"/>)";
constexpr const char* kTree = R"(<handler class="SubscriptionTreeBuildingHandler"/>)";
const std::string kRules = with_parameter("RuleHandler", "file", "pricing/subscription-fee.dmn");
constexpr const char* kCalculation = R"(<handler class="InvoiceCalculationHandler"/>)";
constexpr const char* kFinalizing = R"(<handler class="FinalizingHandler"/>)";
const std::string kMail =
    with_parameter("EmailSendingHandler", "template", "mail/invoice.mustache");

using Steps = std::vector<std::string>;

/// An engine with one step a line; the first stands two lines behind its beginning.
std::string engine_text(const std::string& id, const Steps& steps) {
  return fmt::format("<engine id=\"{}\">\n<handlers>\n{}\n</handlers>\n</engine>\n", id,
                     fmt::join(steps, "\n"));
}

config::Files with_engines(const std::string& engines) {
  config::Files files = shipped_configuration();
  files.content["billing-config.xml"] =
      "<billing-config xmlns=\"urn:reckoner:billing-config:1\">\n" + engines + "</billing-config>";
  return files;
}

std::string refusal(config::Files files) {
  const Versions versions(test::catalogue_with({}), std::nullopt);
  return error_of([&] { versions.compile(std::move(files)); });
}

struct BadChain {
  std::string name;
  Steps steps;
  std::string message;
};

void PrintTo(const BadChain& chain, std::ostream* out) {
  *out << chain.name;
}

class BadChainTest : public testing::TestWithParam<BadChain> {};

TEST_P(BadChainTest, IsRefused) {
  EXPECT_EQ(refusal(with_engines(engine_text("monthly", GetParam().steps))), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Chains, BadChainTest,
    testing::Values(
        BadChain{
            "UnknownClass",
            {kFeeding, R"(<handler class="SubscriptionTreeBuildngHandler"/>)"},
            "billing-config.xml:5: unknown handler class 'SubscriptionTreeBuildngHandler'; did "
            "you mean 'SubscriptionTreeBuildingHandler'?"},
        BadChain{"MissingFact",
                 {kFeeding, kRules, kCalculation},
                 "billing-config.xml:5: RuleHandler needs the draft statements, but no earlier "
                 "handler leaves them (SubscriptionTreeBuildingHandler does)"},
        BadChain{
            "WrongOrder",
            {kTree, kFeeding, kCalculation},
            "billing-config.xml:4: SubscriptionTreeBuildingHandler needs the subscriptions, but "
            "no earlier handler leaves them (SubscriptionFeedingHandler does)"},
        BadChain{"RulesAfterCalculation",
                 {kFeeding, kTree, kCalculation, kRules},
                 "billing-config.xml:7: pricing/subscription-fee.dmn sets 'fee', so it must stand "
                 "before InvoiceCalculationHandler"},
        BadChain{"UnknownParameter",
                 {kFeeding, kTree, with_parameter("RuleHandler", "fille", "x")},
                 "billing-config.xml:6: unknown parameter 'fille' of RuleHandler; did you mean "
                 "'file'?"},
        BadChain{
            "MissingParameter",
            {kFeeding, kTree, R"(<handler class="RuleHandler"/>)"},
            "billing-config.xml:6: RuleHandler needs the parameter 'file' (the decision model, "
            "such as pricing/subscription-fee.dmn)"},
        BadChain{"UnknownMember",
                 {kFeeding, kTree,
                  with_parameter("RuleHandler", "file", "pricing/subscription-fees.dmn")},
                 "billing-config.xml:6: parameter 'file' names 'pricing/subscription-fees.dmn', "
                 "which the "
                 "configuration does not have; did you mean 'pricing/subscription-fee.dmn'?"},
        BadChain{"MemberOfAnotherKind",
                 {kFeeding, kTree, with_parameter("RuleHandler", "file", "mail/invoice.mustache")},
                 "billing-config.xml:6: 'mail/invoice.mustache' is not a decision table (a .dmn "
                 "file)"},
        BadChain{"TemplateOfAnotherKind",
                 {kFeeding, kTree, kCalculation, kFinalizing,
                  with_parameter("EmailSendingHandler", "template", "meters.xml")},
                 "billing-config.xml:8: 'meters.xml' is not a mail template (a .mustache file)"},
        BadChain{"NoLines",
                 {kFeeding, kTree},
                 "billing-config.xml:2: engine monthly: no handler leaves the statement lines "
                 "(InvoiceCalculationHandler does)"},
        BadChain{"DocumentsBeforeLines",
                 {kFeeding, kTree, kFinalizing},
                 "billing-config.xml:6: engine monthly: no handler leaves the statement lines "
                 "(InvoiceCalculationHandler does)"},
        BadChain{"MailBeforeFinalizing",
                 {kFeeding, kTree, kCalculation, kMail},
                 "billing-config.xml:7: EmailSendingHandler needs the issued documents, but no "
                 "earlier handler leaves them (FinalizingHandler does)"},
        BadChain{"FinalizingTwice",
                 {kFeeding, kTree, kCalculation, kFinalizing, kFinalizing},
                 "billing-config.xml:8: FinalizingHandler needs the documents, which "
                 "FinalizingHandler has already used up"},
        BadChain{
            "StatementsAfterDocuments",
            {kFeeding, kTree, kCalculation, kFinalizing, kTree},
            "billing-config.xml:8: SubscriptionTreeBuildingHandler computes statements and must "
            "stand before FinalizingHandler"},
        BadChain{"LibraryWithAPath",
                 {kFeeding, kTree, kCalculation, R"(<handler class="X" library="/tmp/x.so"/>)"},
                 "billing-config.xml:7: attribute 'library' of handler: '/tmp/x.so' is not a bare "
                 "name such as libcarbon-fee.so; libraries come from the plug-in directory, never "
                 "from a path"},
        BadChain{"LibraryWithoutPlugInDirectory",
                 {kFeeding, kTree, kCalculation, R"(<handler class="X" library="libx.so"/>)"},
                 "billing-config.xml:7: library libx.so: no plug-in directory is set (start with "
                 "--plugins DIR)"},
        BadChain{
            "FileOutside",
            {kFeeding, kTree, with_parameter("RuleHandler", "file", "../../etc/passwd")},
            "billing-config.xml:6: parameter 'file' is '../../etc/passwd'; it names a member of "
            "the configuration, never a path outside"}),
    [](const auto& tested) { return tested.param.name; });

TEST(ChainTest, AFileOutsideIsRefusedWithoutShowingWhatIsInIt) {
  const std::string steps = with_parameter("RuleHandler", "file", "../../etc/passwd");
  EXPECT_THAT(refusal(with_engines(engine_text("monthly", {kFeeding, kTree, steps}))),
              Not(HasSubstr("root")));
}

TEST(ChainTest, AnInterimChainThatIsNotMonthlysStatementPhaseIsRefused) {
  const std::string monthly =
      engine_text("monthly", {kFeeding, kTree, kRules, kCalculation, kFinalizing, kMail});
  const std::string message =
      "billing-config.xml:12: engine interim differs from engine monthly in the handlers that "
      "compute: "
      "an "
      "interim invoice would not show what will be billed";
  EXPECT_EQ(refusal(with_engines(monthly +
                                 engine_text("interim", {kFeeding, kTree, kRules, kCalculation}))),
            "");
  EXPECT_EQ(
      refusal(with_engines(monthly + engine_text("interim", {kFeeding, kTree, kCalculation}))),
      message);
  config::Files other = with_engines(
      monthly + engine_text("interim", {kFeeding, kTree,
                                        with_parameter("RuleHandler", "file", "pricing/b.dmn"),
                                        kCalculation}));
  other.content["pricing/b.dmn"] = other.content.at("pricing/subscription-fee.dmn");
  EXPECT_EQ(refusal(other), message);
}

TEST(ChainTest, AScheduledEngineMustIssue) {
  EXPECT_EQ(
      refusal(with_engines(
          "<engine id=\"weekly\">\n<schedule cron=\"0 0 2 * * ?\" time-zone=\"UTC\"/>\n"
          "<handlers>\n" +
          std::string(kFeeding) + kTree + kCalculation + "\n</handlers>\n</engine>\n" +
          engine_text("monthly", {kFeeding, kTree, kCalculation}))),
      "billing-config.xml:2: engine weekly has a schedule, but none of its handlers leaves the "
      "issued documents (FinalizingHandler does)");
}

TEST(ChainTest, OnlyAnEngineThatIssuesCanBeRun) {
  test::BillingWorld world;
  EXPECT_EQ(error_of([&] { world.runner().start({.engine = "interim", .fires_at = world.now()}); }),
            "engine 'interim' issues nothing, so it cannot be run: reckoner interim CUSTOMER shows "
            "what it computes");
  EXPECT_EQ(error_of([&] { world.runner().start({.engine = "monthy", .fires_at = world.now()}); }),
            "there is no engine 'monthy'; did you mean 'monthly'?; the configuration has monthly, "
            "interim, dunning");
}

}  // namespace

}  // namespace reckoner::engine
