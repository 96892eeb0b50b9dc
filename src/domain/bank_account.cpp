#include "domain/bank_account.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::domain {

namespace {

constexpr std::size_t kIbanMin = 15;
constexpr std::size_t kIbanMax = 34;
constexpr std::size_t kBicShort = 8;
constexpr std::size_t kBicLong = 11;

bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_either(char c) {
  return is_letter(c) || is_digit(c);
}

std::string without_blanks(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == ' ') continue;
    plain += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return plain;
}

/// Of the number that the account makes with its first four characters at the end and each letter
/// as 10 to 35.
int remainder_by_97(std::string_view iban) {
  int remainder = 0;
  const auto take = [&remainder](char c) {
    const int value = is_digit(c) ? c - '0' : c - 'A' + 10;
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  };
  std::for_each(iban.begin() + 4, iban.end(), take);
  std::for_each(iban.begin(), iban.begin() + 4, take);
  return remainder;
}

}  // namespace

std::string parse_iban(std::string_view text) {
  const std::string iban = without_blanks(text);
  const bool looks_like_one = iban.size() >= kIbanMin && iban.size() <= kIbanMax &&
                              std::all_of(iban.begin(), iban.end(), is_either) &&
                              is_letter(iban[0]) && is_letter(iban[1]) && is_digit(iban[2]) &&
                              is_digit(iban[3]);
  if (!looks_like_one) throw Error(fmt::format("'{}' is no IBAN", text::printable(text)));
  if (remainder_by_97(iban) != 1) {
    throw Error(fmt::format("'{}' is no IBAN: its check digits do not fit", text::printable(text)));
  }
  return iban;
}

std::string grouped_iban(std::string_view iban) {
  constexpr std::size_t kGroup = 4;
  std::string grouped;
  for (std::size_t i = 0; i < iban.size(); ++i) {
    if (i > 0 && i % kGroup == 0) grouped += ' ';
    grouped += iban[i];
  }
  return grouped;
}

std::string parse_bic(std::string_view text) {
  const std::string bic = without_blanks(text);
  const bool fine = (bic.size() == kBicShort || bic.size() == kBicLong) &&
                    std::all_of(bic.begin(), bic.begin() + 6, is_letter) &&
                    std::all_of(bic.begin() + 6, bic.end(), is_either);
  if (!fine) throw Error(fmt::format("'{}' is no BIC", text::printable(text)));
  return bic;
}

}  // namespace reckoner::domain
