#include "documents/invoice_pdf.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "documents/sheet.hpp"

namespace reckoner::documents {

namespace {

constexpr PageRoom kRoom{.first_top = 0, .top = 62, .bottom = 774};
constexpr std::size_t kFormatsMax = 32;

/// What is slow to make and can serve one document after another.
class Press {
 public:
  std::string print(const Printed& printed) {
    const LocaleFormat& format = format_of(printed.recipient);
    typesetter_.set_language(printed.recipient.language);
    PagePlan plan;
    const Sheet sheet{printed, typesetter_, format, page_words(format.language()), plan};
    const Head head = make_head(sheet);
    add_lines(sheet);
    add_sums(sheet);
    add_taxes(sheet);
    add_balance(sheet);
    add_payment_advice(sheet);
    add_comparison(sheet);
    PageRoom room = kRoom;
    room.first_top = head.bottom;
    const std::vector<PlacedPage> pages = plan.pages(room);
    PdfFile file(
        {.title = title_of(sheet), .author = printed.issuer.name, .made_at = made_at(printed)});
    for (std::size_t page = 0; page < pages.size(); ++page) {
      if (page > 0) file.next_page();
      draw_margins(sheet, file, page, pages.size());
      if (page == 0) head.draw(file);
      draw(file, pages[page]);
    }
    return file.finish();
  }

 private:
  static time::Instant made_at(const Printed& printed) {
    if (printed.document.issued_on) return std::chrono::sys_days(*printed.document.issued_on);
    return printed.as_of.value_or(time::Instant{});
  }

  const LocaleFormat& format_of(const Recipient& recipient) {
    const auto key = std::pair(recipient.language, recipient.country);
    auto known = formats_.find(key);
    if (known == formats_.end()) {
      if (formats_.size() == kFormatsMax) formats_.clear();
      known =
          formats_
              .emplace(key, std::make_unique<LocaleFormat>(recipient.language, recipient.country))
              .first;
    }
    return *known->second;
  }

  Typesetter typesetter_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<LocaleFormat>> formats_;
};

/// As many as print at one time; they are kept.
class Presses {
 public:
  std::unique_ptr<Press> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Press> press = std::move(idle_.back());
        idle_.pop_back();
        return press;
      }
    }
    return std::make_unique<Press>();
  }

  void give_back(std::unique_ptr<Press> press) {
    constexpr std::size_t kIdleMax = 4;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleMax) idle_.push_back(std::move(press));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Press>> idle_;
};

}  // namespace

std::string to_pdf(const Printed& printed) {
  static Presses presses;
  std::unique_ptr<Press> press = presses.take();
  std::string bytes = press->print(printed);
  presses.give_back(std::move(press));
  return bytes;
}

}  // namespace reckoner::documents
