#include "documents/page_words.hpp"

#include <array>

namespace reckoner::documents {

namespace {

constexpr auto kEnglishLines = std::to_array<std::string_view>(
    {"{t}, {} of {} days", "{t}: {} used, {} included", "{t}: {} used, unlimited",
     "Discount of {} %", "{t}, {} % of {} for {}", "{t} of {} % on {}", "Minimum of {}, {t}",
     "Maximum of {}, {t}"});
constexpr auto kEnglishSteps = std::to_array<std::string_view>(
    {"per unit", "fee", "fee of {t}", "all units, {t}", "tier up to {}", "tier above {}",
     "package of {}", "up to the minimum"});
constexpr auto kEnglishRemarks = std::to_array<std::string_view>(
    {"standard", "reduced", "Tax exempt", "Reverse charge", "Outside the scope of tax"});

constexpr auto kGermanLines = std::to_array<std::string_view>(
    {"{t}, {} von {} Tagen", "{t}: {} verbraucht, {} enthalten", "{t}: {} verbraucht, unbegrenzt",
     "Rabatt von {} %", "{t}, {} % von {} für {}", "{t} von {} % auf {}", "Mindestens {}, {t}",
     "Höchstens {}, {t}"});
constexpr auto kGermanSteps = std::to_array<std::string_view>(
    {"je Einheit", "Gebühr", "Gebühr: {t}", "alle Einheiten, {t}", "Stufe bis {}", "Stufe über {}",
     "Paket zu {}", "bis zum Mindestbetrag"});
constexpr auto kGermanRemarks = std::to_array<std::string_view>(
    {"Regelsatz", "ermäßigt", "steuerbefreit", "Steuerschuldnerschaft des Leistungsempfängers",
     "nicht steuerbar"});

constexpr auto kFrenchLines = std::to_array<std::string_view>(
    {"{t}, {} jours sur {}", "{t} : {} utilisés, {} inclus", "{t} : {} utilisés, illimité",
     "Remise de {} %", "{t}, {} % de {} pour {}", "{t} de {} % sur {}", "Minimum de {}, {t}",
     "Maximum de {}, {t}"});
constexpr auto kFrenchSteps = std::to_array<std::string_view>(
    {"par unité", "forfait", "forfait : {t}", "toutes les unités, {t}", "tranche jusqu’à {}",
     "tranche au-delà de {}", "lot de {}", "jusqu’au minimum"});
constexpr auto kFrenchRemarks = std::to_array<std::string_view>(
    {"taux normal", "taux réduit", "exonéré", "Autoliquidation", "hors du champ de la taxe"});

static_assert(kGermanLines.size() == kEnglishLines.size() &&
              kFrenchLines.size() == kEnglishLines.size());
static_assert(kGermanSteps.size() == kEnglishSteps.size() &&
              kFrenchSteps.size() == kEnglishSteps.size());
static_assert(kGermanRemarks.size() == kEnglishRemarks.size() &&
              kFrenchRemarks.size() == kEnglishRemarks.size());

constexpr PageWords kEnglish{
    .invoice = "Invoice",
    .credit_note = "Credit note",
    .showback = "Showback",
    .showback_mark = "For information, not an invoice",
    .interim = "Interim statement",
    .interim_mark = "Interim, not an invoice",
    .number = "Number",
    .issued = "Issued",
    .due = "Due",
    .as_of = "As of",
    .customer = "Customer",
    .your_tax_id = "Your tax id",
    .purchase_order = "Your order",
    .currency = "Currency",
    .corrects = "Corrects",
    .reason = "Reason",
    .description = "Description",
    .quantity = "Quantity",
    .tax = "Tax",
    .amount = "Amount",
    .adjustment = "Adjustment to {}",
    .whole_customer = "All subscriptions",
    .days = "{} to {}",
    .subtotal = "Subtotal",
    .coupon = "Coupon: {}",
    .coupon_back = "Coupon given back: {}",
    .tax_of = "Tax {} of {}",
    .total = "Total",
    .contains = "contained in the total",
    .tax_table = "Taxes",
    .tax_kind = "Tax",
    .tax_rate = "Rate",
    .tax_base = "Net",
    .tax_amount = "Tax amount",
    .tax_included = "contained in the prices",
    .no_tax = "none",
    .balance = "Your account",
    .brought_forward = "Brought forward",
    .this_invoice = "This invoice",
    .this_credit_note = "This credit note",
    .credit = "Prepaid credit: {}",
    .credit_back = "Prepaid credit given back: {}",
    .payment = "Payment of {}",
    .amount_due = "Amount due",
    .in_your_favour = "In your favour",
    .nothing_due = "Nothing due",
    .pay = "Please pay {} by {}.",
    .pay_to = "Pay to",
    .pay_reference = "Reference",
    .scan = "Scan this code with your banking application.",
    .compared = "Compared with {}",
    .others = "Others",
    .costs = "Before tax, by period",
    .continued = "{}, continued",
    .page = "{} / {}",
    .questions = "Questions? {}",
    .one_day = "day",
    .several_days = "days",
    .lines = kEnglishLines,
    .steps = kEnglishSteps,
    .remarks = kEnglishRemarks,
};

constexpr PageWords kGerman{
    .invoice = "Rechnung",
    .credit_note = "Gutschrift",
    .showback = "Kostenübersicht",
    .showback_mark = "Zur Information, keine Rechnung",
    .interim = "Zwischenstand",
    .interim_mark = "Zwischenstand, keine Rechnung",
    .number = "Nummer",
    .issued = "Datum",
    .due = "Fällig",
    .as_of = "Stand",
    .customer = "Kunde",
    .your_tax_id = "Ihre USt-IdNr.",
    .purchase_order = "Ihre Bestellung",
    .currency = "Währung",
    .corrects = "Berichtigt",
    .reason = "Grund",
    .description = "Beschreibung",
    .quantity = "Menge",
    .tax = "Steuer",
    .amount = "Betrag",
    .adjustment = "Berichtigung zu {}",
    .whole_customer = "Alle Verträge",
    .days = "{} bis {}",
    .subtotal = "Zwischensumme",
    .coupon = "Gutschein: {}",
    .coupon_back = "Gutschein zurückgegeben: {}",
    .tax_of = "Steuer {} auf {}",
    .total = "Gesamtbetrag",
    .contains = "im Gesamtbetrag enthalten",
    .tax_table = "Steuern",
    .tax_kind = "Steuer",
    .tax_rate = "Satz",
    .tax_base = "Netto",
    .tax_amount = "Steuerbetrag",
    .tax_included = "in den Preisen enthalten",
    .no_tax = "keine",
    .balance = "Ihr Konto",
    .brought_forward = "Übertrag",
    .this_invoice = "Diese Rechnung",
    .this_credit_note = "Diese Gutschrift",
    .credit = "Guthaben: {}",
    .credit_back = "Guthaben zurückgegeben: {}",
    .payment = "Zahlung vom {}",
    .amount_due = "Zu zahlen",
    .in_your_favour = "Zu Ihren Gunsten",
    .nothing_due = "Nichts zu zahlen",
    .pay = "Bitte zahlen Sie {} bis zum {}.",
    .pay_to = "Zahlbar an",
    .pay_reference = "Verwendungszweck",
    .scan = "Code mit Ihrer Banking-App scannen.",
    .compared = "Verglichen mit {}",
    .others = "Weitere",
    .costs = "Vor Steuern, nach Zeitraum",
    .continued = "{}, Fortsetzung",
    .page = "{} / {}",
    .questions = "Fragen? {}",
    .one_day = "Tag",
    .several_days = "Tage",
    .lines = kGermanLines,
    .steps = kGermanSteps,
    .remarks = kGermanRemarks,
};

constexpr PageWords kFrench{
    .invoice = "Facture",
    .credit_note = "Avoir",
    .showback = "Relevé de coûts",
    .showback_mark = "Pour information, ce n’est pas une facture",
    .interim = "Relevé provisoire",
    .interim_mark = "Relevé provisoire, pas une facture",
    .number = "Numéro",
    .issued = "Date",
    .due = "Échéance",
    .as_of = "État au",
    .customer = "Client",
    .your_tax_id = "Votre n° de TVA",
    .purchase_order = "Votre commande",
    .currency = "Devise",
    .corrects = "Rectifie",
    .reason = "Motif",
    .description = "Désignation",
    .quantity = "Quantité",
    .tax = "Taxe",
    .amount = "Montant",
    .adjustment = "Rectification de {}",
    .whole_customer = "Tous les abonnements",
    .days = "du {} au {}",
    .subtotal = "Sous-total",
    .coupon = "Bon : {}",
    .coupon_back = "Bon rendu : {}",
    .tax_of = "Taxe {} sur {}",
    .total = "Total",
    .contains = "comprises dans le total",
    .tax_table = "Taxes",
    .tax_kind = "Taxe",
    .tax_rate = "Taux",
    .tax_base = "Hors taxe",
    .tax_amount = "Montant de la taxe",
    .tax_included = "comprise dans les prix",
    .no_tax = "aucune",
    .balance = "Votre compte",
    .brought_forward = "Solde antérieur",
    .this_invoice = "Cette facture",
    .this_credit_note = "Cet avoir",
    .credit = "Crédit prépayé : {}",
    .credit_back = "Crédit prépayé rendu : {}",
    .payment = "Paiement du {}",
    .amount_due = "À payer",
    .in_your_favour = "En votre faveur",
    .nothing_due = "Rien à payer",
    .pay = "Merci de payer {} au plus tard le {}.",
    .pay_to = "À l’ordre de",
    .pay_reference = "Référence",
    .scan = "Scannez ce code avec votre application bancaire.",
    .compared = "Comparé à {}",
    .others = "Autres",
    .costs = "Hors taxes, par période",
    .continued = "{}, suite",
    .page = "{} / {}",
    .questions = "Des questions ? {}",
    .one_day = "jour",
    .several_days = "jours",
    .lines = kFrenchLines,
    .steps = kFrenchSteps,
    .remarks = kFrenchRemarks,
};

}  // namespace

const PageWords& page_words(std::string_view language) {
  if (language == "de") return kGerman;
  return language == "fr" ? kFrench : kEnglish;
}

}  // namespace reckoner::documents
