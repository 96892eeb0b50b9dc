#include "documents/mail_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "documents/invoice_text.hpp"
#include "specimen.hpp"

namespace reckoner::documents {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string file(const std::string& path) {
  std::ifstream in(RECKONER_SOURCE_DIR "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string template_of(std::string_view text_part) {
  return "--- subject\nS\n--- text\n" + std::string(text_part) + "\n--- html\n";
}

std::string rendered(std::string_view text_part, const domain::Document& document = specimen()) {
  const std::string text = template_of(text_part);
  check_template(TemplateKind::kInvoice, "t", text);
  return render(text, document, specimen_issuer()).text;
}

std::string error_of(std::string_view text) {
  try {
    check_template(TemplateKind::kInvoice, "mail/x.mustache", text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string tag_error(std::string_view text_part) {
  return error_of(template_of(text_part));
}

TEST(MailTemplate, TakesValuesListsAndFlags) {
  EXPECT_EQ(rendered("{{customer}}: {{carried_forward}} {{currency}}"),
            "Müller & Söhne: 54.22 USD\n");
  EXPECT_EQ(
      rendered(
          "{{#periods}}\n{{period}}\n{{#lines}}\n- {{quantity}} {{unit}} {{amount}} {{label}}\n"
          "{{/lines}}\n{{/periods}}"),
      "Adjustment to September 2026\n- 10 MB 0.30 2026-09\nOctober 2026\n"
      "- 31 days 100.00 2026-10\n- 464 MB 13.92 2026-10\n");
  EXPECT_EQ(rendered("{{#payments}}{{reference}}{{#note}} ({{note}}){{/note}};{{/payments}}"),
            "TX-1;TX-2 (by cheque);\n");
  EXPECT_EQ(rendered("{{#amount_due}}due{{/amount_due}}{{#credit}}credit{{/credit}}"
                     "{{^interim}} final{{/interim}}{{! a comment }}"),
            "due final\n");
}

TEST(MailTemplate, TakesWhatStandsBetweenTheLinesAndTheBalance) {
  constexpr std::string_view kTotals =
      "{{#subtotal}}{{subtotal}}\n{{/subtotal}}"
      "{{#coupons}}{{title}}{{#given_back}} back{{/given_back}} {{amount}}\n{{/coupons}}"
      "{{#taxes}}{{country}} {{percent}} {{base}} {{tax}}{{#note}} {{note}}{{/note}}\n{{/taxes}}"
      "{{total}}"
      "{{#included_taxes}} with {{tax}} {{note}}{{/included_taxes}}\n"
      "{{#credits}}{{title}}{{#given_back}} back{{/given_back}} {{amount}}\n{{/credits}}"
      "{{#corrects}}{{corrects}}: {{reason}}{{/corrects}}.";
  EXPECT_EQ(rendered(kTotals, full_specimen()),
            "114.22\nWelcome to Stratos -10.00\nSummer -4.22\nDE 19 87.74 16.67\n"
            "116.67 with 0.80 books\nStartup programme -20.00\n.\n");
  EXPECT_EQ(rendered(kTotals, credit_note_specimen()),
            "-100.00\nWelcome to Stratos back 10.00\nDE 19 -90.00 -17.10\n-107.10\n"
            "Startup programme back 20.00\nR-2026-000042: The line of October was charged although "
            "the service was not available.\n");
  EXPECT_EQ(rendered(kTotals), "114.22\n.\n");
  constexpr std::string_view kRates = "{{#periods}}{{#lines}}{{rate}};{{/lines}}{{/periods}}";
  EXPECT_EQ(rendered(kRates, full_specimen()), "tax 19 %;tax 19 %;tax 7 %;\n");
  EXPECT_EQ(rendered(kRates), ";;;\n");
}

TEST(MailTemplate, LeavesOutWhatIsMissing) {
  domain::Document document = specimen();
  document.due_on.reset();
  document.payments.clear();
  document.customer_name.clear();
  EXPECT_EQ(
      rendered("{{customer}}{{#due_on}} by {{due_on}}{{/due_on}}{{^payments}} none{{/payments}}",
               document),
      "acme none\n");
}

TEST(MailTemplate, LeavesNoEmptyLineForTags) {
  EXPECT_EQ(rendered("a\n{{#credit}}\nno\n{{/credit}}\n{{! comment }}\n{{^credit}}\n\nyes\n"
                     "{{/credit}} {{#interim}}\nno\n  {{/interim}}\nb"),
            "a\n\nyes\nb\n");
}

TEST(MailTemplate, EscapesInHtmlOnly) {
  domain::Document document = specimen();
  document.customer_name = "<script>\"x\"&'y'";
  const MailText mail =
      render("--- subject\n{{customer}}\n--- text\n{{customer}}\n--- html\n{{customer}}\n",
             document, specimen_issuer());
  EXPECT_EQ(mail.subject, "<script>\"x\"&'y'");
  EXPECT_EQ(mail.text, "<script>\"x\"&'y'\n");
  EXPECT_EQ(mail.html, "&lt;script&gt;&quot;x&quot;&amp;&apos;y&apos;\n");
}

TEST(MailTemplate, RendersNoTagOfAValue) {
  domain::Document document = specimen();
  document.customer_name = "{{number}} {{#periods}}";
  EXPECT_EQ(rendered("{{customer}}", document), "{{number}} {{#periods}}\n");
}

TEST(MailTemplate, RefusesWrongPartsWithTheirLine) {
  EXPECT_EQ(error_of(""), "mail/x.mustache:1: there is no part '--- subject'");
  EXPECT_EQ(error_of("a\n--- subject\nb\n--- text\n"),
            "mail/x.mustache:1: there is no part '--- html'");
  EXPECT_EQ(error_of("--- body\n"), "mail/x.mustache:1: unknown part 'body' (subject, text, html)");
  EXPECT_EQ(error_of("--- text\n\n--- text\n"), "mail/x.mustache:3: part 'text' is there twice");
  EXPECT_EQ(error_of("--- subject\na\nb\n--- text\n--- html\n"),
            "mail/x.mustache:3: the subject is one line");
  EXPECT_EQ(error_of("--- subject\na\xFF\n"), "mail/x.mustache:2: not valid UTF-8");
  EXPECT_EQ(error_of("comment {{x\r\n--- subject\r\nS\r\n--- text\r\n--- html\r\n"), "");
}

TEST(MailTemplate, RefusesWrongTagsWithTheirLine) {
  const std::string at = "mail/x.mustache:";
  EXPECT_EQ(tag_error("\n{{costumer}}"),
            at + "5: unknown field 'costumer'; did you mean 'customer'?");
  EXPECT_EQ(tag_error("{{quantity}}"), at + "4: unknown field 'quantity'");
  EXPECT_EQ(tag_error("{{#periods}}{{period}}{{/periods}}\n{{period}}"),
            at + "5: unknown field 'period'; did you mean 'periods'?");
  EXPECT_EQ(tag_error("{{^periods}}{{period}}{{/periods}}"),
            at + "4: unknown field 'period'; did you mean 'periods'?");
  EXPECT_EQ(tag_error("{{periods}}"),
            at + "4: 'periods' has no text of its own: write {{#periods}} … {{/periods}}");
  EXPECT_EQ(tag_error("{{#total}}{{/total}}"),
            at + "4: 'total' is always there, so it is no section: write {{total}}");
  EXPECT_EQ(tag_error("{{#credit}}\n"), at + "4: section 'credit' is not closed");
  EXPECT_EQ(tag_error("{{/credit}}"), at + "4: no section 'credit' is open here");
  EXPECT_EQ(tag_error("{{#credit}}\n{{#interim}}{{/credit}}{{/interim}}"),
            at + "5: section 'interim' of line 5 must be closed before 'credit'");
  EXPECT_EQ(tag_error("{{total"), at + "4: this tag is not closed with }}");
  EXPECT_EQ(tag_error("{{ }}"), at + "4: empty tag");
  EXPECT_EQ(tag_error("{{{total}}}"), at + "4: unescaped values are not allowed: write {{total}}");
  EXPECT_EQ(tag_error("{{& total}}"), at + "4: unescaped values are not allowed: write {{total}}");
  EXPECT_EQ(tag_error("{{> x}}"), at + "4: partials are not available in mail templates");
  EXPECT_EQ(tag_error("{{=<% %>=}}"), at + "4: the delimiters of mail templates cannot be changed");
}

AdminReport specimen_report() {
  return {.date = day(2026, 11, 1),
          .customers = {{"acme", "SMB", usd("1200.50"), usd("1000.00")}},
          .run = "9",
          .parked = {{"globex", "no price"}},
          .held = {}};
}

TEST(ShippedTemplates, AreSoundAndRender) {
  const std::string invoice = file("config/mail/invoice.mustache");
  check_template(TemplateKind::kInvoice, "mail/invoice.mustache", invoice);
  const MailText mail = render(invoice, specimen(), specimen_issuer());
  EXPECT_EQ(mail.subject, "Invoice R-2026-000042 from Stratos Ltd");
  EXPECT_TRUE(
      mail.text.starts_with("Dear Müller & Söhne,\n\nthis is your Invoice R-2026-000042. 54.22 USD "
                            "are due on 15 November "
                            "2026.\n\nStratos Ltd\n"))
      << mail.text;
  EXPECT_THAT(mail.text, HasSubstr(to_text(specimen(), specimen_issuer())));
  EXPECT_THAT(mail.html, HasSubstr("<tr><td>Professional, monthly fee</td>\n"));
  EXPECT_THAT(mail.html, Not(HasSubstr("\n\n")));

  EXPECT_THAT(mail.html, HasSubstr(R"(100.00</td></tr>
<tr><td>Bandwidth above the allowance</td>
<td style="text-align: right">464 MB</td>
<td style="text-align: right">13.92</td></tr>
<tr><td colspan="2" style="padding-top: 1em">Brought forward</td>
<td style="text-align: right; padding-top: 1em">40.00</td></tr>
<tr><td colspan="2">Total</td><td style="text-align: right">114.22</td></tr>
<tr><td colspan="2">Payments</td><td style="text-align: right">100.00</td></tr>
)"));

  const std::string report = file("config/mail/admin-report.mustache");
  check_template(TemplateKind::kAdminReport, "mail/admin-report.mustache", report);
  EXPECT_EQ(render(report, specimen_report(), specimen_issuer()).text,
            "Run 9 on 1 November 2026\n\n"
            "Could not be billed, and are not billed before somebody mends them and asks for it "
            "(reckoner run ENGINE --retry-parked): 1\n\n"
            "globex\n  no price\n\n"
            "Customers over their credit limit: 1\n\n"
            "acme (SMB)\n  balance 1200.50 USD, limit 1000.00 USD\n");
}

TEST(ShippedTemplates, ShowTaxesCouponsAndCredits) {
  const std::string invoice = file("config/mail/invoice.mustache");
  const MailText mail = render(invoice, full_specimen(), specimen_issuer());
  EXPECT_THAT(mail.text, HasSubstr(to_text(full_specimen(), specimen_issuer())));
  EXPECT_THAT(mail.html, Not(HasSubstr("\n\n")));
  EXPECT_THAT(mail.html, HasSubstr(R"(<tr><td>Bandwidth above the allowance, tax 7 %</td>
<td style="text-align: right">464 MB</td>
<td style="text-align: right">13.92</td></tr>
<tr><td colspan="2" style="padding-top: 1em">Subtotal</td>
<td style="text-align: right; padding-top: 1em">114.22</td></tr>
<tr><td colspan="2">Coupon: Welcome to Stratos</td><td style="text-align: right">-10.00</td></tr>
<tr><td colspan="2">Coupon: Summer</td><td style="text-align: right">-4.22</td></tr>
<tr><td colspan="2">Tax DE 19 % of 87.74</td><td style="text-align: right">16.67</td></tr>
<tr style="border-top: 1px solid #222"><td colspan="2">Total</td>)"
                                   R"(<td style="text-align: right">116.67</td></tr>
<tr><td colspan="3" style="padding-left: 1em">includes 0.80 tax DE 7 % of 11.46, books</td></tr>
<tr><td colspan="2">Brought forward</td><td style="text-align: right">40.00</td></tr>
<tr><td colspan="2">Prepaid credit: Startup programme</td><td style="text-align: right">-20.00</td></tr>
<tr><td colspan="2">Payments</td><td style="text-align: right">100.00</td></tr>
)"));
  const MailText note = render(invoice, credit_note_specimen(), specimen_issuer());
  EXPECT_EQ(note.subject, "Credit note C-2026-000001 from Stratos Ltd");
  EXPECT_THAT(note.html, HasSubstr("\n<p>It corrects R-2026-000042: The line of October was "
                                   "charged although the service was not available</p>\n"));
  EXPECT_THAT(note.html, HasSubstr("Coupon given back: Welcome to Stratos"));
  EXPECT_THAT(note.html, HasSubstr("Prepaid credit given back: Startup programme"));
}

BudgetAlert specimen_alert() {
  const auto eur = [](const char* amount) {
    return money::Money(money::Decimal::parse(amount), money::Currency::of("EUR"));
  };
  return {.customer = "Acme Ltd",
          .customer_key = "acme",
          .month = "2026-10",
          .charge = "Bandwidth",
          .is_forecast = true,
          .spent = eur("81.20"),
          .limit = eur("80.00"),
          .percent = "80",
          .budget = eur("100.00"),
          .told_on = time::parse_date("2026-10-11")};
}

DunningNotice specimen_dunning() {
  const auto eur = [](const char* amount) {
    return money::Money(money::Decimal::parse(amount), money::Currency::of("EUR"));
  };
  return {.customer = "Acme Ltd",
          .customer_key = "acme",
          .step = "second-reminder",
          .number = "INV-2026-000042",
          .issued_on = time::parse_date("2026-11-01"),
          .due_on = time::parse_date("2026-11-15"),
          .taken_on = time::parse_date("2026-12-06"),
          .days_overdue = 21,
          .total = eur("100.00"),
          .overdue = eur("70.00"),
          .disputed = eur("30.00"),
          .fee = eur("10.00"),
          .payment_link = "https://pay.example/42"};
}

DisputeNotice specimen_dispute() {
  return {.customer = "Acme Ltd",
          .customer_key = "acme",
          .dispute = "3",
          .state = "credited",
          .number = "INV-2026-000042",
          .line = "Bandwidth",
          .amount = money::Money(money::Decimal::parse("30.00"), money::Currency::of("EUR")),
          .message = "we had switched it off",
          .reason = "you are right",
          .credit_note = "CN-2026-000007"};
}

/// A template that shows every field, and what it must therefore show.
std::string show_all(const std::vector<TemplateField>& fields) {
  std::string out;
  for (const TemplateField& field : fields) {
    const std::string name(field.name);
    const bool has_text = field.kind == FieldKind::kText || field.kind == FieldKind::kOptional;
    if (has_text) {
      out += "<" + name + "={{" + name + "}}>";
    } else {
      out += "{{#" + name + "}}" + show_all(field.members) + "{{/" + name + "}}";
    }
  }
  return out;
}

TEST(TemplateFields, AllHaveAValue) {
  domain::Document document = full_specimen();
  document.payments.erase(document.payments.begin());
  document.taxes[0].note = "standard rate";
  document.corrects_number = "R-2026-000041";
  document.reason = "wrong";
  domain::add_up(document);
  const std::string all = template_of(show_all(template_fields(TemplateKind::kInvoice)));
  check_template(TemplateKind::kInvoice, "all", all);
  EXPECT_THAT(render(all, document, specimen_issuer(), "https://pay.example/42").text,
              AllOf(HasSubstr("<payment_link=https://pay.example/42>"), Not(HasSubstr("=>"))));
  const std::string report = template_of(show_all(template_fields(TemplateKind::kAdminReport)));
  check_template(TemplateKind::kAdminReport, "all", report);
  EXPECT_THAT(render(report, specimen_report(), specimen_issuer()).text, Not(HasSubstr("=>")));
  const std::string alert = template_of(show_all(template_fields(TemplateKind::kAlert)));
  check_template(TemplateKind::kAlert, "all", alert);
  BudgetAlert of_centre = specimen_alert();
  of_centre.cost_centre = "Engineering";
  EXPECT_THAT(render(alert, of_centre, specimen_issuer()).text, Not(HasSubstr("=>")));
  const std::string dunning = template_of(show_all(template_fields(TemplateKind::kDunning)));
  check_template(TemplateKind::kDunning, "all", dunning);
  EXPECT_THAT(render(dunning, specimen_dunning(), specimen_issuer()).text, Not(HasSubstr("=>")));
  const std::string dispute = template_of(show_all(template_fields(TemplateKind::kDispute)));
  check_template(TemplateKind::kDispute, "all", dispute);
  EXPECT_THAT(render(dispute, specimen_dispute(), specimen_issuer()).text, Not(HasSubstr("=>")));
}

TEST(ShippedDispute, SaysWhatHasBecomeOfIt) {
  const std::string text(shipped_template("mail/dispute.mustache"));
  check_template(TemplateKind::kDispute, "shipped", text);
  DisputeNotice notice = specimen_dispute();
  const MailText credited = render(text, notice, specimen_issuer());
  EXPECT_EQ(credited.subject, "Dispute 3 of Acme Ltd: 30.00 EUR of INV-2026-000042 is credited");
  EXPECT_THAT(credited.text, HasSubstr("you get 30.00 EUR back by CN-2026-000007."));
  notice.state = "refused";
  EXPECT_THAT(render(text, notice, specimen_issuer()).text,
              HasSubstr("the document stands as it is.\nReason: you are right\n"));
}

TEST(ShippedDunning, SaysWhatIsToBePaid) {
  for (const char* name : {"reminder", "second-reminder", "suspension-notice"}) {
    const std::string text = file(std::string("config/mail/") + name + ".mustache");
    check_template(TemplateKind::kDunning, name, text);
    const MailText mail = render(text, specimen_dunning(), specimen_issuer());
    EXPECT_THAT(mail.subject, HasSubstr("INV-2026-000042"));
    EXPECT_THAT(mail.text, HasSubstr("70.00 EUR of it are still open"));
    EXPECT_THAT(mail.text, HasSubstr("30.00 EUR of it are disputed"));
    EXPECT_THAT(mail.text, HasSubstr("costs 10.00 EUR, which your next invoice carries"));
  }
}

TEST(ShippedAlert, SaysWhatWasReached) {
  const std::string text(shipped_template("mail/alert.mustache"));
  check_template(TemplateKind::kAlert, "shipped", text);
  BudgetAlert alert = specimen_alert();
  EXPECT_EQ(render(text, alert, specimen_issuer()).subject,
            "Budget of 2026-10: 81.20 EUR for Bandwidth");
  alert.charge.clear();
  alert.percent.clear();
  alert.is_forecast = false;
  const MailText mail = render(text, alert, specimen_issuer());
  EXPECT_EQ(mail.subject, "Budget of 2026-10: 81.20 EUR");
  EXPECT_THAT(mail.text, HasSubstr("Budgets are set on the settings page."));
  alert.cost_centre = alert.customer = "Engineering";
  const MailText of_centre = render(text, alert, specimen_issuer());
  EXPECT_EQ(of_centre.subject, "Budget of 2026-10: 81.20 EUR below Engineering");
  EXPECT_THAT(of_centre.text, testing::Not(HasSubstr("settings page")));
  EXPECT_THAT(mail.text, HasSubstr("2026-10 costs 81.20 EUR so far.\nYou asked to be told at 80.00 "
                                   "EUR; the budget of the month is 100.00 EUR."));
}

void expect_documented(const std::vector<TemplateField>& fields, const std::string& page) {
  for (const TemplateField& field : fields) {
    EXPECT_THAT(page, HasSubstr("`" + std::string(field.name) + "` | "));
    EXPECT_THAT(page, HasSubstr("| " + std::string(field.help) + " |"));
    expect_documented(field.members, page);
  }
}

TEST(TemplateFields, AreAllInTheManual) {
  const std::string page = file("docs/mail-templates.md");
  expect_documented(template_fields(TemplateKind::kInvoice), page);
  expect_documented(template_fields(TemplateKind::kAdminReport), page);
  expect_documented(template_fields(TemplateKind::kAlert), page);
  expect_documented(template_fields(TemplateKind::kDunning), page);
  expect_documented(template_fields(TemplateKind::kDispute), page);
}

TEST(TemplateProperties, WhatTheCheckPassesRenders) {
  EXPECT_TRUE(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "{{", "}}", "{{{", "}}}", "#", "/", "^", "total", "{{total}}", "{{#periods}}", "{{#lines}}",
        "{{/lines}}", "{{/periods}}", "{{amount}}", "\n", " ", "{{!", "=", "--- text\n", "\xFF"));
    std::string part;
    for (const std::string& piece : pieces) part += piece;
    const std::string text = template_of(part);
    try {
      check_template(TemplateKind::kInvoice, "t", text);
    } catch (const Error&) {
      return;
    }
    render(text, specimen(), specimen_issuer());
  }));
}

}  // namespace
}  // namespace reckoner::documents
