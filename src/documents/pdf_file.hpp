#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "documents/payment_code.hpp"
#include "documents/typesetter.hpp"
#include "time/time.hpp"

typedef struct _cairo cairo_t;
typedef struct _cairo_surface cairo_surface_t;

namespace reckoner::documents {

/// A colour of the pages, by what it is for.
enum class Ink { kText, kMuted, kRule, kAccent, kBar, kPaper, kMark };

/// What a part of a page is to a reader that does not see it: tags of PDF's logical structure.
enum class Role { kTitle, kHeading, kParagraph, kTable, kRow, kHeaderCell, kCell, kFigure };

/// What a file says of itself.
struct PdfTitle {
  std::string title;
  std::string author;
  time::Instant made_at;  ///< for its dates; nothing else of it depends on time
};

/// A PDF of A4 pages in the making (Cairo), measured in points from the upper left corner. The same
/// calls give the same bytes. One thread at a time.
class PdfFile {
 public:
  static constexpr double kWidth = 595.276;
  static constexpr double kHeight = 841.89;

  explicit PdfFile(const PdfTitle& title);
  ~PdfFile();
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  /// `y` is the top of the text, or with draw_on_baseline of its first line's baseline.
  void draw(const Text& text, double x, double y, Ink ink);
  void draw_on_baseline(const Text& text, double x, double baseline, Ink ink);
  void fill(double x, double y, double width, double height, Ink ink);
  void line(double x, double y, double width, Ink ink, double thickness = 0.5);
  /// The code as a square with that side, without its quiet zone.
  void draw(const QrCode& code, double x, double y, double side);
  /// An SVG picture, as large as fits into the box and at its upper left corner. Throws Error for
  /// what is none. It reaches no file and no network.
  void draw_svg(const std::string& svg, double x, double y, double width, double height);
  /// Large, pale and slanted across the middle of the page.
  void mark(const Text& text);

  void begin(Role role);
  void end(Role role);
  /// What is drawn between the two leads to that address, for whoever reads the file on a screen.
  void begin_link(std::string_view uri);
  void end_link();

  void next_page();
  /// Ends the file; nothing can be drawn any more. Throws Error where it could not be made.
  std::string finish();

 private:
  std::string bytes_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
};

/// Begins and ends a part.
class Part {
 public:
  Part(PdfFile& file, Role role) : file_(file), role_(role) { file_.begin(role_); }
  ~Part() { file_.end(role_); }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

 private:
  PdfFile& file_;
  const Role role_;
};

}  // namespace reckoner::documents
