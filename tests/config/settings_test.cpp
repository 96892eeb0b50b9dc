#include "config/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"
#include "cases.hpp"

namespace reckoner::config {
namespace {

template <class Action>
std::string message_of(const Action& action) {
  try {
    static_cast<void>(action());
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string check(Kind kind, std::string_view value) {
  return message_of([&] {
    check_value(kind, value);
    return 0;
  });
}

TEST(Settings, TheTableIsSortedAndItsDefaultsAreGood) {
  const auto specs = setting_specs();
  EXPECT_TRUE(std::ranges::is_sorted(specs, {}, &SettingSpec::name));
  for (const SettingSpec& spec : specs) {
    EXPECT_NO_THROW(check_value(spec.kind, spec.default_value, spec.choices)) << spec.name;
    EXPECT_EQ(Settings().text(spec.name), spec.default_value);
    EXPECT_FALSE(spec.help.empty());
    EXPECT_EQ(spec.kind == Kind::kChoice, !spec.choices.empty()) << spec.name;
  }
  EXPECT_NO_THROW(Settings().check());
}

TEST(Settings, EachStandsInTheManual) {
  const std::string manual =
      read_text(std::filesystem::path(RECKONER_SOURCE_DIR) / "docs/configuration.md");
  for (const SettingSpec& spec : setting_specs()) {
    const std::string row =
        "| `" + std::string(spec.name) + "` | " + std::string(to_string(spec.kind)) + " | " +
        (spec.default_value.empty() ? "" : "`" + std::string(spec.default_value) + "` ") + "| " +
        (spec.may_override ? "yes" : "no") + " | ";
    EXPECT_NE(manual.find(row), std::string::npos) << row;
  }
}

TEST(Settings, NamesOfVariables) {
  EXPECT_EQ(environment_name("mail.smtp.url"), "RECKONER_MAIL_SMTP_URL");
  EXPECT_EQ(environment_name("billing.legalEntity.timeZone"),
            "RECKONER_BILLING_LEGAL_ENTITY_TIME_ZONE");
}

TEST(Settings, TheEnvironmentOverridesWhatNoDocumentShows) {
  const Settings settings = Settings().overridden_by({{"RECKONER_MAIL_SMTP_URL", "smtp://mx:25"},
                                                      {"RECKONER_DATABASE", "postgresql:///x"},
                                                      {"RECKONER_BILL", "x"},
                                                      {"MAIL_FROM", "x"}});
  EXPECT_EQ(settings.text("mail.smtp.url"), "smtp://mx:25");
  EXPECT_EQ(settings.text("mail.from"), "billing@localhost");

  const auto message = [](const std::string& name, const std::string& value) {
    return message_of([&] { return Settings().overridden_by({{name, value}}); });
  };
  EXPECT_EQ(message("RECKONER_BILLING_ROUNDING", "HALF_EVEN"),
            "environment variable RECKONER_BILLING_ROUNDING: billing.rounding decides what "
            "documents say; set it in billing-config.xml");
  EXPECT_EQ(message("RECKONER_MAIL_SMTP_ULR", "smtp://mx"),
            "environment variable RECKONER_MAIL_SMTP_ULR stands for no setting; did you mean "
            "'RECKONER_MAIL_SMTP_URL'?");
  EXPECT_EQ(message("RECKONER_MAIL_SMTP_TIMEOUT", "30"),
            "environment variable RECKONER_MAIL_SMTP_TIMEOUT: setting mail.smtp.timeout: '30' is "
            "not a duration: write it such as P1D, P2W or PT36H");
  EXPECT_EQ(message("RECKONER_MAIL_SMTP_PASSWORD", "hunter2"),
            "environment variable RECKONER_MAIL_SMTP_PASSWORD: setting mail.smtp.password: a "
            "literal password is refused, since versions are for ever: write env:NAME or "
            "file:PATH");
}

TEST(Settings, SecretsAreReadWhenAsked) {
  Settings settings;
  EXPECT_EQ(settings.secret("mail.smtp.password"), "");

  ASSERT_EQ(setenv("CONFIG_TEST_PASSWORD", "hunter2", 1), 0);
  settings.set("mail.smtp.password", "env:CONFIG_TEST_PASSWORD");
  EXPECT_EQ(settings.secret("mail.smtp.password"), "hunter2");
  ASSERT_EQ(unsetenv("CONFIG_TEST_PASSWORD"), 0);
  EXPECT_EQ(message_of([&] { return settings.secret("mail.smtp.password"); }),
            "setting mail.smtp.password: environment variable CONFIG_TEST_PASSWORD is not set");

  const std::string path =
      std::filesystem::temp_directory_path() / ("reckoner-secret-" + std::to_string(getpid()));
  std::ofstream(path) << "correct horse\n";
  settings.set("mail.smtp.password", "file:" + path);
  EXPECT_EQ(settings.secret("mail.smtp.password"), "correct horse");
  std::filesystem::remove(path);
  EXPECT_EQ(message_of([&] { return settings.secret("mail.smtp.password"); }),
            "setting mail.smtp.password: file:" + path + " cannot be read");
}

TEST(Values, NumbersAndBooleans) {
  for (const char* good : {"0", "-1", "123456789012345678"}) {
    EXPECT_EQ(check(Kind::kInteger, good), "accepted");
  }
  for (const char* bad : {"", "-", "+1", "1.0", "1e3", "1234567890123456789", " 1"}) {
    EXPECT_EQ(check(Kind::kInteger, bad), "'" + std::string(bad) + "' is not a whole number");
  }
  EXPECT_EQ(check(Kind::kBoolean, "true"), "accepted");
  EXPECT_EQ(check(Kind::kBoolean, "yes"), "'yes' is not one of true, false");
}

TEST(Values, AddressesAndUrls) {
  for (const char* good : {"", "a@b", "first.last+tag@mail.example.com", "ä@ö.example"}) {
    EXPECT_EQ(check(Kind::kEmail, good), "accepted") << good;
  }
  for (const char* bad : {"a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b,c@d", "a@b\r\nBcc: c"}) {
    EXPECT_NE(check(Kind::kEmail, bad), "accepted") << bad;
  }
  for (const char* good : {"", "smtp://mx", "smtps://mx.example.com:465", "smtp://[::1]:25",
                           "smtp://[::1]", "smtp://127.0.0.1:2525"}) {
    EXPECT_EQ(check(Kind::kSmtpUrl, good), "accepted") << good;
  }
  for (const char* bad :
       {"mx", "http://mx", "smtp://mx:", "smtp://mx:0", "smtp://mx:65536", "smtp://mx/path",
        "smtp://u:p@mx", "smtp://a b", "smtp://:25", "smtp://mx:2x", "smtp://[]:25"}) {
    EXPECT_NE(check(Kind::kSmtpUrl, bad), "accepted") << bad;
  }
}

TEST(Values, NumberSeriesThatCanMeet) {
  EXPECT_TRUE(can_coincide("A{seq}", "A{seq:6}"));
  EXPECT_TRUE(can_coincide("A{year}{seq}", "A{seq}"));
  EXPECT_TRUE(can_coincide("{year}-{seq}", "2026-{seq:3}"));
  EXPECT_TRUE(can_coincide("{seq}{year}", "{year}{seq}"));
  EXPECT_TRUE(can_coincide("1{seq}", "{seq}2"));
  EXPECT_FALSE(can_coincide("A{seq}", "B{seq}"));
  EXPECT_FALSE(can_coincide("1-{seq}", "2-{seq}"));
  EXPECT_FALSE(can_coincide("{year}-{seq}", "26-{seq}"));
  EXPECT_FALSE(can_coincide("INV-{year}-{seq:6}", "CN-{year}-{seq:6}"));
  EXPECT_FALSE(can_coincide("{seq}", "{seq}C"));
}

}  // namespace
}  // namespace reckoner::config
