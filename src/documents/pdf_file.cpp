#include "documents/pdf_file.hpp"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <librsvg/rsvg.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::documents {

namespace {

struct Colour {
  double red;
  double green;
  double blue;
};
constexpr std::array<Colour, 7> kColours{{{0.11, 0.12, 0.14},
                                          {0.38, 0.41, 0.46},
                                          {0.80, 0.82, 0.85},
                                          {0.10, 0.31, 0.55},
                                          {0.72, 0.79, 0.88},
                                          {0.955, 0.963, 0.975},
                                          {0.93, 0.935, 0.945}}};
constexpr std::array<const char*, 8> kTags{"H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure"};
constexpr double kMarkAngle = -0.85;

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
  try {
    static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void use(cairo_t* cairo, Ink ink) {
  const Colour& colour = kColours[static_cast<std::size_t>(ink)];
  cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

const char* tag(Role role) {
  return kTags[static_cast<std::size_t>(role)];
}

}  // namespace

PdfFile::PdfFile(const PdfTitle& title)
    : surface_(cairo_pdf_surface_create_for_stream(&append, &bytes_, kWidth, kHeight)),
      cairo_(cairo_create(surface_)) {
  const std::string made_at = time::to_string(title.made_at);
  const auto set = [this](cairo_pdf_metadata_t what, const std::string& value) {
    cairo_pdf_surface_set_metadata(surface_, what, value.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, title.title);
  set(CAIRO_PDF_METADATA_AUTHOR, title.author);
  set(CAIRO_PDF_METADATA_CREATOR, "Reckoner " RECKONER_VERSION);
  set(CAIRO_PDF_METADATA_CREATE_DATE, made_at);
  set(CAIRO_PDF_METADATA_MOD_DATE, made_at);
}

PdfFile::~PdfFile() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

void PdfFile::draw(const Text& text, double x, double y, Ink ink) {
  if (text.empty()) return;
  use(cairo_, ink);
  cairo_move_to(cairo_, x, y);
  pango_cairo_show_layout(cairo_, text.layout());
}

void PdfFile::draw_on_baseline(const Text& text, double x, double baseline, Ink ink) {
  draw(text, x, baseline - text.baseline(), ink);
}

void PdfFile::fill(double x, double y, double width, double height, Ink ink) {
  use(cairo_, ink);
  cairo_rectangle(cairo_, x, y, width, height);
  cairo_fill(cairo_);
}

void PdfFile::line(double x, double y, double width, Ink ink, double thickness) {
  fill(x, y - thickness / 2, width, thickness, ink);
}

void PdfFile::draw(const QrCode& code, double x, double y, double side) {
  // A picture, not rectangles: they would be most of the file.
  cairo_surface_t* image = cairo_image_surface_create(CAIRO_FORMAT_A8, code.size, code.size);
  cairo_surface_flush(image);
  unsigned char* bytes = cairo_image_surface_get_data(image);
  const int stride = cairo_image_surface_get_stride(image);
  for (int row = 0; row < code.size; ++row) {
    for (int column = 0; column < code.size; ++column) {
      bytes[row * stride + column] = code.dark(row, column) ? 255 : 0;
    }
  }
  cairo_surface_mark_dirty(image);
  cairo_pattern_t* pattern = cairo_pattern_create_for_surface(image);
  cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
  cairo_save(cairo_);
  cairo_set_source_rgb(cairo_, 0, 0, 0);
  cairo_translate(cairo_, x, y);
  cairo_scale(cairo_, side / code.size, side / code.size);
  cairo_mask(cairo_, pattern);
  cairo_restore(cairo_);
  cairo_pattern_destroy(pattern);
  cairo_surface_destroy(image);
}

void PdfFile::draw_svg(const std::string& svg, double x, double y, double width, double height) {
  GError* error = nullptr;
  RsvgHandle* handle =
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error);
  const RsvgRectangle box{x, y, width, height};
  const bool drawn = handle != nullptr && [&] {
    double own_width = 0;
    double own_height = 0;
    if (!rsvg_handle_get_intrinsic_size_in_pixels(handle, &own_width, &own_height) ||
        own_width <= 0 || own_height <= 0) {
      return rsvg_handle_render_document(handle, cairo_, &box, &error) != 0;
    }
    const double scale = std::min(width / own_width, height / own_height);
    const RsvgRectangle fitted{x, y, own_width * scale, own_height * scale};
    return rsvg_handle_render_document(handle, cairo_, &fitted, &error) != 0;
  }();
  if (handle != nullptr) g_object_unref(handle);
  if (drawn) return;
  const std::string reason = error == nullptr ? "unknown" : error->message;
  g_clear_error(&error);
  throw Error(fmt::format("the logo cannot be drawn: {}", reason));
}

void PdfFile::mark(const Text& text) {
  cairo_save(cairo_);
  const double scale = 560 / text.width();
  cairo_translate(cairo_, kWidth / 2, kHeight / 2);
  cairo_rotate(cairo_, kMarkAngle);
  cairo_scale(cairo_, scale, scale);
  draw(text, -text.width() / 2, -text.height() / 2, Ink::kMark);
  cairo_restore(cairo_);
}

void PdfFile::begin(Role role) {
  cairo_tag_begin(cairo_, tag(role), nullptr);
}

void PdfFile::end(Role role) {
  cairo_tag_end(cairo_, tag(role));
}

void PdfFile::begin_link(std::string_view uri) {
  std::string quoted;
  for (const char c : uri) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  cairo_tag_begin(cairo_, CAIRO_TAG_LINK, fmt::format("uri='{}'", quoted).c_str());
}

void PdfFile::end_link() {
  cairo_tag_end(cairo_, CAIRO_TAG_LINK);
}

void PdfFile::next_page() {
  cairo_show_page(cairo_);
}

std::string PdfFile::finish() {
  cairo_surface_finish(surface_);
  const cairo_status_t drawn = cairo_status(cairo_);
  const cairo_status_t written = cairo_surface_status(surface_);
  for (const cairo_status_t status : {drawn, written}) {
    if (status != CAIRO_STATUS_SUCCESS) {
      throw Error(fmt::format("the PDF cannot be made: {}", cairo_status_to_string(status)));
    }
  }
  return std::move(bytes_);
}

}  // namespace reckoner::documents
