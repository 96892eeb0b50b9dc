#pragma once

#include <optional>
#include <string>
#include <vector>

#include "documents/issuer.hpp"
#include "money/money.hpp"

namespace reckoner::documents {

/// What a banking application reads from a bill to pay it.
struct PaymentRequest {
  std::string payee;
  std::string iban;  ///< without blanks
  std::string bic;   ///< may be empty
  money::Money amount;
  std::string reference;  ///< for the payee to find the payment by
};

/// The text of a QR code that starts a SEPA credit transfer: EPC069-12 (version 2.1), "BCD",
/// version 002, UTF-8, with unstructured remittance. Payee and reference are cut to 70 and 140
/// characters, as the guideline has them, the payee further where the text would have more than its
/// 331 bytes. None where no such transfer is possible: an amount that
/// is not in EUR, below 0.01 or above 999,999,999.99.
std::optional<std::string> sepa_text(const PaymentRequest& request);

/// A QR code (ISO/IEC 18004): `size` × `size` modules by rows, true where dark, without the quiet
/// zone of four modules around it.
struct QrCode {
  int size = 0;
  std::vector<bool> modules;

  bool dark(int row, int column) const {
    return modules[static_cast<std::size_t>(row * size + column)];
  }
};

/// With error correction M, in the smallest version up to 13 that holds the text (EPC069-12, 5).
/// Throws Error for a text that does not fit.
QrCode qr_code(const std::string& text);

}  // namespace reckoner::documents
