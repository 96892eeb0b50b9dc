#pragma once

#include <memory>
#include <string>
#include <string_view>

// Of Pango, which only the sources of this folder see.
typedef struct _PangoLayout PangoLayout;

namespace reckoner::documents {

/// Sizes in points; a page's origin is its upper left corner.
enum class Face { kTiny, kSmall, kBody, kStrong, kHeading, kTitle };

/// Text that has been shaped and broken into lines.
class Text {
 public:
  Text() = default;
  explicit Text(PangoLayout* owned);

  double width() const { return width_; }
  double height() const { return height_; }
  double baseline() const { return baseline_; }  ///< of its first line, from the top
  bool empty() const { return layout_ == nullptr; }
  PangoLayout* layout() const { return layout_.get(); }

 private:
  struct Release {
    void operator()(PangoLayout* layout) const;
  };
  std::unique_ptr<PangoLayout, Release> layout_;
  double width_ = 0;
  double height_ = 0;
  double baseline_ = 0;
};

/// Shapes texts of any script and direction (Pango) with the fonts of the packages fonts-noto-core
/// and fonts-droid-fallback and no others, so that the same text comes out the same on every
/// machine that has them. A paragraph's direction is that of its first strong letter. One thread at
/// a time; making one reads the list of fonts, so keep it.
class Typesetter {
 public:
  /// Throws Error where the fonts are not installed.
  Typesetter();
  ~Typesetter();
  Typesetter(const Typesetter&) = delete;
  Typesetter& operator=(const Typesetter&) = delete;

  /// BCP 47; chooses between forms of letters that languages share. Empty: English.
  void set_language(const std::string& language);

  /// Broken at words, within words where it must be, to lines of at most `width_max`; what goes on
  /// behind twelve lines ends in "…", so that any text fits a page. Control characters and what is
  /// not UTF-8 come out as U+FFFD.
  std::shared_ptr<const Text> text(std::string_view text, Face face, double width_max) const;
  /// On one line, which ends in "…" where the text does not fit.
  std::shared_ptr<const Text> one_line(std::string_view text, Face face, double width_max) const;

 private:
  struct Fonts;
  class Shaped;

  Text shape(std::string_view text, Face face, double width_max, int lines_max) const;
  std::shared_ptr<const Text> shaped(std::string_view text, Face face, double width_max,
                                     int lines_max) const;

  std::unique_ptr<Fonts> fonts_;
  std::unique_ptr<Shaped> shaped_;  ///< short texts of before, which most documents have again
};

}  // namespace reckoner::documents
