// What may be said from far away: drafts that come over the network, and marks for an editor.

#include "config/draft.hpp"

#include <gmock/gmock.h>

#include "base/mistakes.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"
#include "config/placed_mistake.hpp"

namespace reckoner::config {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

template <class Work>
std::vector<std::string> mistakes_in(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return messages_of(error);
  }
  return {};
}

std::vector<std::string> mistakes_of_edit(const std::string& name, std::string content) {
  return mistakes_in([&] { edited(small_configuration(), {{name, std::move(content)}}); });
}

/// The small configuration with settings (XML).
Files with_settings(const std::string& settings) {
  Files files = small_configuration();
  std::string& text = files.content["billing-config.xml"];
  const std::size_t at = text.find("  <engine");
  text.insert(at, "  <settings>\n" + settings + "  </settings>\n");
  return files;
}

TEST(Draft, IsTheVersionWithItsEdits) {
  const Files version = small_configuration();
  const Files draft = edited(version, {{"pricing/plans.xml", std::nullopt},
                                       {"pricing/more/new.xml", "<pricing/>"},
                                       {"meters.xml", "<meters/>"}});
  EXPECT_FALSE(draft.content.contains("pricing/plans.xml"));
  EXPECT_EQ(draft.content.at("pricing/more/new.xml"), "<pricing/>");
  EXPECT_EQ(draft.content.at("meters.xml"), "<meters/>");
  EXPECT_EQ(draft.content.at("billing-config.xml"), version.content.at("billing-config.xml"));
}

TEST(Draft, NamesNoFileThatAConfigurationDoesNotHave) {
  for (const char* name :
       {"/etc/passwd", "../etc/passwd", "pricing/../../etc/passwd", "pricing/..%2f/x", "x.so",
        "pricing/x.so", "pricing//x.xml", "pricing/x.mustache", "mail/x.xml", "other/x.xml", "",
        "pricing/a\nb.xml", "pricing\\x.xml", "accounts.xsd", "./meters.xml"}) {
    EXPECT_THAT(mistakes_of_edit(name, "secret text"),
                ElementsAre(testing::AllOf(HasSubstr("cannot be a file of a configuration"),
                                           Not(HasSubstr("secret")))))
        << name;
  }
}

TEST(Draft, HasBoundsOfSize) {
  EXPECT_THAT(mistakes_of_edit("pricing/x.xml", std::string(kDraftFileBytesMax + 1, 'x')),
              ElementsAre("pricing/x.xml: the file is larger than 1 MB"));
  EXPECT_THAT(mistakes_of_edit("pricing/x.xml", std::string(kDraftFileBytesMax, 'x')), IsEmpty());
  Edits edits;
  for (int i = 0; i < 9; ++i) {
    edits["mail/" + std::to_string(i) + ".mustache"] = std::string(kDraftFileBytesMax, 'x');
  }
  EXPECT_THAT(mistakes_in([&] { edited(small_configuration(), edits); }),
              ElementsAre("the files together are larger than 8 MB"));
  Edits many;
  for (int i = 0; i < 1'000; ++i) many["mail/" + std::to_string(i) + ".mustache"] = "x";
  EXPECT_THAT(mistakes_in([&] { edited(small_configuration(), many); }),
              ElementsAre("more than 1000 files in the configuration"));
}

TEST(Draft, IsText) {
  EXPECT_THAT(mistakes_of_edit("mail/x.mustache", "a\xFF"),
              ElementsAre("mail/x.mustache: the text is not UTF-8"));
  EXPECT_THAT(mistakes_of_edit("mail/x.mustache", std::string("a\0b", 3)),
              ElementsAre("mail/x.mustache: character U+0000 is not allowed"));
}

TEST(Draft, SaysNothingNewAboutTheMachine) {
  const Files active =
      with_settings("    <setting name=\"mail.smtp.password\" value=\"env:MAIL\"/>\n");
  EXPECT_THAT(mistakes_in([&] { check_machine_settings(active, active); }), IsEmpty());
  for (const char* setting :
       {R"(mail.smtp.password" value="file:/etc/shadow)", R"(mail.smtp.password" value="env:HOME)",
        R"(mail.smtp.caFile" value="/etc/shadow)", R"(mail.smtp.url" value="smtp://evil.example)",
        R"(mail.smtp.security" value="none)", R"(mail.smtp.user" value="eve)",
        R"(kafka.brokers" value="evil.example:9092)",
        R"(kafka.security.password" value="file:/etc/shadow)",
        R"(kafka.security.caFile" value="/root/.ssh/id)"}) {
    const std::string first =
        std::string(setting).starts_with("mail.smtp.password")
            ? ""
            : "    <setting name=\"mail.smtp.password\" value=\"env:MAIL\"/>\n";
    const Files draft = with_settings(first + "    <setting name=\"" + setting + "\"/>\n");
    const auto mistakes = mistakes_in([&] { check_machine_settings(draft, active); });
    ASSERT_THAT(mistakes, SizeIs(1)) << setting;
    EXPECT_THAT(mistakes[0], HasSubstr("changed in the files of the machine"));
    EXPECT_THAT(mistakes[0], Not(HasSubstr("shadow")));
    EXPECT_THAT(mistakes[0], Not(HasSubstr("HOME")));
  }
  // Taking it away is a change, too.
  EXPECT_THAT(mistakes_in([&] { check_machine_settings(small_configuration(), active); }),
              ElementsAre(HasSubstr("billing-config.xml:1: setting 'mail.smtp.password'")));
  const Files harmless = with_settings(
      "    <setting name=\"mail.smtp.password\" value=\"env:MAIL\"/>\n"
      "    <setting name=\"mail.from\" value=\"a@example.com\"/>\n");
  EXPECT_THAT(mistakes_in([&] { check_machine_settings(harmless, active); }), IsEmpty());
}

TEST(Draft, EverySecretFileAndServerIsKnownAsOfTheMachine) {
  for (const SettingSpec& spec : setting_specs()) {
    const bool names_the_machine = spec.kind == Kind::kSecret || spec.kind == Kind::kSmtpUrl ||
                                   spec.help.find("PEM file") != std::string_view::npos ||
                                   spec.help.find("HOST") != std::string_view::npos ||
                                   spec.name.find("security") != std::string_view::npos;
    if (names_the_machine) {
      EXPECT_TRUE(is_of_the_machine(spec)) << spec.name;
    }
    if (spec.name.starts_with("billing.")) {
      EXPECT_FALSE(is_of_the_machine(spec)) << spec.name;
    }
  }
}

std::vector<PlacedMistake> placed(const Files& files) {
  try {
    static_cast<void>(parse(files));
  } catch (const Error& error) {
    return placed_mistakes(error, files);
  }
  return {};
}

TEST(PlacedMistakes, MarkTheAttributeWhereItStands) {
  Files files = small_configuration();
  files.content["pricing/plans.xml"] = R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="small">
  <plan name="Größe"
        billed-by="monthly"
        titel="x">
    <recurring name="fee" fee="1,5"/>
  </plan>
  <plan name="B"><recurring name="fee" fee="1.50"/></plan>
</pricing>
)";
  const auto mistakes = placed(files);
  ASSERT_THAT(mistakes, SizeIs(1));
  EXPECT_EQ(mistakes[0],
            (PlacedMistake{"pricing/plans.xml", 4, 9, 18, "unknown attribute 'titel' of plan"}));
  EXPECT_EQ(mistakes[0].place(), "pricing/plans.xml:4:9");
}

TEST(PlacedMistakes, FindSeveralInSeveralFiles) {
  Files files = small_configuration();
  files.content["pricing/plans.xml"] = R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="small">
  <plan name="A"><recurring name="fee" fee="1,5"/></plan>
  <plan name="B"><recurring name="fee" fee="-1"/><recurring name="other" fee="two"/></plan>
</pricing>
)";
  files.content["meters.xml"] = R"(<meters xmlns="urn:reckoner:meters:1">
  <meter name="a" event-type="a" aggregation="summe" value="bytes" unit="byte"/>
  <meter name="b" event-type="b" aggregation="sum" value="bytes" unit="byte"/>
  <meter name="c" event-type="c" aggregation="sum" value="bytes" unit="byte" color="red"/>
</meters>
)";
  files.content["taxes.xml"] = "<taxes";
  std::vector<std::string> places;
  for (const PlacedMistake& mistake : placed(files)) places.push_back(mistake.place());
  EXPECT_THAT(places,
              ElementsAre("meters.xml:2:34", "meters.xml:4:78", "pricing/plans.xml:2:40",
                          "pricing/plans.xml:3:40", "pricing/plans.xml:3:74", "taxes.xml:1:2"));
}

TEST(PlacedMistakes, BetweenFilesAreFoundTogetherOnceEachFileIsRight) {
  Files files = small_configuration();
  files.content["pricing/plans.xml"] = R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="small">
  <plan name="A" billed-by="weekly"><recurring name="fee" fee="1"/></plan>
  <plan name="B"><metered name="m" meter="nothing" unit="GB" price="1"/></plan>
</pricing>
)";
  std::vector<std::string> places;
  for (const PlacedMistake& mistake : placed(files)) places.push_back(mistake.place());
  EXPECT_THAT(places, ElementsAre("pricing/plans.xml:2:29", "pricing/plans.xml:3:43"));
}

TEST(PlacedMistakes, OfNoFileHaveNoPlace) {
  const auto mistakes = placed_mistakes(Error("plan 'A' has subscribers"), small_configuration());
  ASSERT_THAT(mistakes, SizeIs(1));
  EXPECT_EQ(mistakes[0].place(), "");
  EXPECT_EQ(mistakes[0].message, "plan 'A' has subscribers");
  Files without = small_configuration();
  without.content.erase("meters.xml");
  const auto missing = placed(without);
  ASSERT_FALSE(missing.empty());
  EXPECT_EQ(missing[0].place(), "meters.xml");
}

}  // namespace

}  // namespace reckoner::config
