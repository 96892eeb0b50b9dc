#include "documents/invoice_pdf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.hpp"
#include "documents/payment_code.hpp"
#include "documents/payment_link.hpp"
#include "pdf_reader.hpp"
#include "printed_specimen.hpp"

namespace reckoner::documents {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(InvoicePdf, IsSoundAndSaysEverything) {
  const PdfReader pdf(to_pdf(printed_specimen()));
  EXPECT_EQ(pdf.problems(), "");
  EXPECT_EQ(pdf.pages(), 2);
  const std::string text = pdf.text();
  for (const char* part : {"Stratos Ltd",
                           "1 Main Street",
                           "VAT GB123456789",
                           "Müller & Söhne",
                           "Hauptstraße 5",
                           "DE811907980",
                           "PO-2026-117",
                           "10115 Berlin",
                           "Germany",
                           "04011000-12345-35",
                           "Invoice R-2026-000042",
                           "1 November 2026",
                           "15 November 2026",
                           "October 2026",
                           "IoT Professional",
                           "Connected devices",
                           "tier up to 1.000: 1.000 × 0,1 = 100",
                           "4.640 GB",
                           "314,40",
                           "Subtotal",
                           "476,90",
                           "90,61",
                           "567,51",
                           "Payment of 20 Oct 2026, TX-4711",
                           "-120,00",
                           "Amount due EUR",
                           "DE89 3704 0044 0532 0130 00",
                           "COBADEFFXXX",
                           "Compared with September 2026",
                           "240,10",
                           "1/2"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(pdf.info(), AllOf(HasSubstr("Title:           Invoice R-2026-000042"),
                                HasSubstr("Author:          Stratos Ltd")));
  EXPECT_THAT(pdf.plain(),
              AllOf(HasSubstr("/StructTreeRoot"), HasSubstr("/S /H1"), HasSubstr("/S /TD")));
}

TEST(InvoicePdf, LatinTextNeedsSimpleFontsAlone) {
  Printed printed = printed_specimen();
  printed.recipient.language = "de-DE";
  EXPECT_THAT(PdfReader(to_pdf(printed)).fonts(),
              AllOf(HasSubstr("WinAnsi"), Not(HasSubstr("CID"))));
}

TEST(InvoicePdf, TheSameDocumentGivesTheSameBytes) {
  const Printed printed = printed_specimen(80);
  const std::string first = to_pdf(printed);
  to_pdf(printed_specimen(3));
  EXPECT_EQ(to_pdf(printed), first);
  std::string elsewhere;
  std::thread([&] { elsewhere = to_pdf(printed); }).join();
  EXPECT_EQ(elsewhere, first);
}

TEST(InvoicePdf, ManyThreadsPrintAtOnce) {
  const Printed printed = printed_specimen();
  const std::string expected = to_pdf(printed);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) wrong[i] += to_pdf(printed) == expected ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

TEST(InvoicePdf, TheCodeIsReadAsATransfer) {
  const Printed printed = printed_specimen();
  EXPECT_EQ(PdfReader(to_pdf(printed)).code_of_page(1),
            "BCD\n002\n1\nSCT\nCOBADEFFXXX\nStratos Ltd\nDE89370400440532013000\nEUR567.51\n\n\n"
            "R-2026-000042\n");
}

TEST(InvoicePdf, ALinkToPayStandsBesideTheTransferOrInItsPlace) {
  Printed printed = printed_specimen();
  printed.details.payment_link = "https://pay.example/it's?ref=R-2026-000042";
  const PdfReader both(to_pdf(printed));
  EXPECT_EQ(both.problems(), "");
  EXPECT_THAT(both.text(), AllOf(HasSubstr("Please pay 567,51"), HasSubstr("DE89 3704"),
                                 HasSubstr("Pay this invoice online: 567,51"),
                                 HasSubstr(printed.details.payment_link)));
  EXPECT_THAT(both.plain(), HasSubstr("/S /URI"));
  std::string codes;
  for (int page = 1; page <= both.pages(); ++page) codes += both.codes_of_page(page);
  EXPECT_THAT(codes, AllOf(HasSubstr("BCD\n002"), HasSubstr(printed.details.payment_link)));
  EXPECT_EQ(to_pdf(printed), to_pdf(printed));

  printed.details.iban.clear();
  const PdfReader alone(to_pdf(printed));
  EXPECT_THAT(alone.text(),
              AllOf(HasSubstr("Please pay 567,51"), HasSubstr(printed.details.payment_link),
                    Not(HasSubstr("banking application"))));
  printed.details.payment_link += std::string(400, 'x');
  EXPECT_EQ(PdfReader(to_pdf(printed)).problems(), "");
}

TEST(InvoicePdf, ALinkPaysTheInvoiceAloneAndNothingThatIsPaid) {
  domain::Document document = printed_specimen().document;
  EXPECT_EQ(open_at_issue(document), document.total);
  document.brought_forward = eur("500.00");
  domain::add_up(document);
  EXPECT_EQ(open_at_issue(document), document.total);
  document.brought_forward = eur("-67.51");
  document.payments.clear();
  domain::add_up(document);
  EXPECT_EQ(open_at_issue(document).to_string(), "500.00");
  document.brought_forward = eur("-600.00");
  domain::add_up(document);
  EXPECT_TRUE(open_at_issue(document).is_zero());
  document.brought_forward = eur("0.00");
  domain::add_up(document);
  domain::Document interim = document;
  interim.number.clear();
  EXPECT_TRUE(open_at_issue(interim).is_zero());
  document.kind = domain::DocumentKind::kCreditNote;
  EXPECT_TRUE(open_at_issue(document).is_zero());
}

TEST(InvoicePdf, OfAThousandLinesEachPageHasItsTableHeading) {
  const PdfReader pdf(to_pdf(printed_specimen(1000)));
  EXPECT_EQ(pdf.problems(), "");
  const int pages = pdf.pages();
  EXPECT_GT(pages, 15);
  EXPECT_LT(pages, 40);
  for (int page = 1; page < pages; ++page) {
    const std::string text = pdf.text_of_page(page);
    EXPECT_THAT(text, HasSubstr("Description")) << page;
    EXPECT_THAT(text, HasSubstr(fmt::format("{} / {}", page, pages)));
    if (page > 1) {
      EXPECT_THAT(text, HasSubstr("Invoice R-2026-000042, continued"));
    }
  }
  const std::string text = pdf.text();
  for (const int line : {1, 500, 1000}) {
    EXPECT_THAT(text, HasSubstr(fmt::format("Requests of service {} ", line)));
  }
}

TEST(InvoicePdf, AnInterimInvoiceSaysThatItIsNone) {
  Printed printed = printed_specimen();
  printed.document.number.clear();
  printed.document.ordinal = 0;
  printed.document.issued_on.reset();
  printed.document.due_on.reset();
  printed.as_of = time::parse_instant("2026-10-15T12:30:00Z");
  const PdfReader pdf(to_pdf(printed));
  EXPECT_EQ(pdf.problems(), "");
  EXPECT_THAT(pdf.text(), AllOf(HasSubstr("Interim, not an invoice"), HasSubstr("14:30"),
                                Not(HasSubstr("Please pay")), Not(HasSubstr("Number"))));
}

TEST(InvoicePdf, ACreditNoteAsksForNoPayment) {
  Printed printed{.document = credit_note_specimen(),
                  .issuer = specimen_issuer(),
                  .details = {},
                  .recipient = {}};
  printed.details.iban = "DE89370400440532013000";
  const PdfReader pdf(to_pdf(printed));
  EXPECT_EQ(pdf.problems(), "");
  EXPECT_THAT(pdf.text(), AllOf(HasSubstr("Credit note C-2026-000001"), HasSubstr("R-2026-000042"),
                                HasSubstr("the service was not available"),
                                HasSubstr("Coupon given back"), Not(HasSubstr("Please pay"))));
}

TEST(InvoicePdf, ExplainsLargeChangesInTheLanguageOfTheCustomer) {
  const auto text_in = [](const char* language) {
    Printed printed = printed_specimen();
    printed.recipient.language = language;
    return PdfReader(to_pdf(printed)).text();
  };
  EXPECT_THAT(text_in("en-GB"),
              AllOf(HasSubstr("Compared with R-2026-000031"),
                    HasSubstr("Bandwidth costs 74.30 EUR more (+31 %): 80.00 for more usage, less "
                              "5.70 for lower prices.")));
  EXPECT_THAT(text_in("de-DE"),
              HasSubstr("Bandwidth kostet 74,30 EUR mehr (+31 %): 80,00 durch höheren Verbrauch, "
                        "abzüglich 5,70 durch niedrigere Preise."));
  EXPECT_THAT(text_in("fr-FR"),
              HasSubstr("Bandwidth coûte 74,30 EUR de plus (+31 %) : 80,00 pour une consommation "
                        "plus forte, moins 5,70 pour des prix plus bas."));
}

TEST(InvoicePdf, SpeaksTheLanguageOfTheCustomer) {
  Printed printed = printed_specimen();
  printed.recipient.language = "de-CH";
  const std::string text = PdfReader(to_pdf(printed)).text();
  EXPECT_THAT(text, AllOf(HasSubstr("Rechnung R-2026-000042"), HasSubstr("1. November 2026"),
                          HasSubstr("4’640 GB"), HasSubstr("Zu zahlen")));
}

TEST(InvoicePdf, SaysInThatLanguageWhatHandlersWrote) {
  Printed printed = printed_specimen();
  printed.recipient.language = "de-DE";
  domain::DocumentLine& fee = printed.document.lines[0];
  fee.line.description = "Grundgebühr, 31 of 31 days";
  fee.line.unit = "day";
  domain::DocumentLine& traffic = printed.document.lines[1];
  traffic.line.description = "Verkehr: 4640 GB used, 100 GB included";
  traffic.line.starts_on = day(2026, 10, 9);
  traffic.line.ends_on = day(2026, 10, 10);
  printed.document.taxes[0].note = "Reverse charge";
  const std::string text = PdfReader(to_pdf(printed)).text();
  for (const char* part : {"Grundgebühr, 31 von 31 Tagen", "31 Tage", "Stufe bis 1.000: 1.000",
                           "Verkehr: 4.640 GB verbraucht, 100 GB enthalten", "9. Okt. 2026",
                           "Steuerschuldnerschaft des"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("bis 9. Okt.")));
}

TEST(InvoicePdf, GivesAnAmountBackWithoutAQuantity) {
  Printed printed = printed_specimen();
  printed.document.lines[2].line.quantity = 0;
  EXPECT_THAT(PdfReader(to_pdf(printed)).text(), Not(HasSubstr("0 devices")));
}

TEST(InvoicePdf, WritesAnyScriptAndDirection) {
  Printed printed = printed_specimen();
  for (const char* name : {"شركة الاتصالات المتحدة", "חברת התקשורת", "株式会社日本通信",
                           "हिन्दी कंपनी", "Ελληνική Εταιρεία", "ООО «Связь»", "บริษัท สื่อสาร"}) {
    printed.document.customer_name = name;
    const PdfReader pdf(to_pdf(printed));
    EXPECT_EQ(pdf.problems(), "") << name;
    EXPECT_EQ(pdf.pages(), 2) << name;
  }
  printed.document.customer_name = "株式会社日本通信";
  EXPECT_THAT(PdfReader(to_pdf(printed)).text(), HasSubstr("株式会社日本通信"));
}

TEST(InvoicePdf, StandsWhateverIsInNames) {
  Printed printed = printed_specimen();
  printed.document.customer_name = std::string("A\x01\x02\xff") + std::string(3000, 'W');
  printed.document.lines[0].line.description = std::string(5000, 'x');
  printed.document.reason = std::string(2000, 'r') + "\n(reason)";
  printed.issuer.name = "</body> <b>Stratos</b> & Co";
  const PdfReader pdf(to_pdf(printed));
  EXPECT_EQ(pdf.problems(), "");
  EXPECT_THAT(pdf.text(), HasSubstr("</body> <b>Stratos</b> & Co"));
}

TEST(InvoicePdf, RefusesALogoThatIsNone) {
  Printed printed = printed_specimen();
  printed.details.logo = "<svg";
  EXPECT_THROW(to_pdf(printed), Error);
  EXPECT_THAT(to_pdf(printed_specimen()), StartsWith("%PDF-"));
}

TEST(PaymentCode, IsForEurosAlone) {
  const PaymentRequest request{.payee = "Stratos",
                               .iban = "DE89370400440532013000",
                               .bic = "",
                               .amount = eur("0.01"),
                               .reference = "R-1"};
  EXPECT_EQ(sepa_text(request),
            "BCD\n002\n1\nSCT\n\nStratos\nDE89370400440532013000\nEUR0.01\n\n\nR-1");
  PaymentRequest other = request;
  other.amount = usd("5.00");
  EXPECT_EQ(sepa_text(other), std::nullopt);
  other.amount = eur("0.00");
  EXPECT_EQ(sepa_text(other), std::nullopt);
  other.amount = eur("1000000000.00");
  EXPECT_EQ(sepa_text(other), std::nullopt);
  other.amount = eur("999999999.99");
  EXPECT_TRUE(sepa_text(other).has_value());
}

TEST(PaymentCode, CutsWhatIsTooLongBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 80; ++i) name += "ü";
  const auto text = sepa_text({.payee = name + "\nEUR1",
                               .iban = "DE89370400440532013000",
                               .bic = "COBADEFFXXX",
                               .amount = eur("999999999.99"),
                               .reference = std::string(200, 'r')});
  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, HasSubstr("\n" + name.substr(0, 122) + "\nDE89"));
  EXPECT_EQ(std::count(text->begin(), text->end(), '\n'), 10);
  EXPECT_LE(text->size(), 331U);
  EXPECT_LE(qr_code(*text).size, 17 + 4 * 13);
}

}  // namespace
}  // namespace reckoner::documents
