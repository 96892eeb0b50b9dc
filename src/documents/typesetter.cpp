#include "documents/typesetter.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <array>
#include <map>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {

namespace {

constexpr int kLinesMax = 12;
constexpr const char* kFamily = "Noto Sans";

// Where fonts-noto-core and fonts-droid-fallback put their files; the cache is the
// one that installing fonts keeps.
constexpr const char* kFontConfiguration = R"(<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts/truetype/noto</dir>
  <dir>/usr/share/fonts/truetype/droid</dir>
  <cachedir>/var/cache/fontconfig</cachedir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias binding="same">
    <family>Noto Sans</family>
    <accept><family>Droid Sans Fallback</family></accept>
  </alias>
</fontconfig>
)";

struct FaceOfType {
  double points;
  PangoWeight weight;
};
constexpr std::array<FaceOfType, 6> kFaces{{{6.5, PANGO_WEIGHT_NORMAL},
                                            {7.5, PANGO_WEIGHT_NORMAL},
                                            {9, PANGO_WEIGHT_NORMAL},
                                            {9, PANGO_WEIGHT_BOLD},
                                            {11, PANGO_WEIGHT_BOLD},
                                            {19, PANGO_WEIGHT_BOLD}}};

double points(int units) {
  return static_cast<double>(units) / PANGO_SCALE;
}

FcConfig* load_fonts() {
  FcConfig* config = FcConfigCreate();
  RK_CHECK(config != nullptr);
  const bool read = FcConfigParseAndLoadFromMemory(
                        config, reinterpret_cast<const FcChar8*>(kFontConfiguration), FcTrue) &&
                    FcConfigBuildFonts(config);
  bool found = false;
  if (read) {
    const FcFontSet* fonts = FcConfigGetFonts(config, FcSetSystem);
    for (int i = 0; fonts != nullptr && i < fonts->nfont && !found; ++i) {
      FcChar8* family = nullptr;
      found = FcPatternGetString(fonts->fonts[i], FC_FAMILY, 0, &family) == FcResultMatch &&
              std::string_view(reinterpret_cast<const char*>(family)) == kFamily;
    }
  }
  if (!found) {
    FcConfigDestroy(config);
    throw Error(
        "the fonts of documents are not there: install the package fonts-noto-core (its folder is "
        "/usr/share/fonts/truetype/noto)");
  }
  return config;
}

constexpr std::string_view kNoBreakSpace = "\xc2\xa0";

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

/// Shows no-break spaces as spaces at which no line ends: Cairo, whose simple fonts have none,
/// would put a second font into the document for them. Between digits they stay, since a space
/// would have another place there in a text from right to left (UAX #9, rule W4).
std::string with_plain_spaces(std::string text, PangoAttrList* attributes) {
  std::size_t at = 0;
  while ((at = text.find(kNoBreakSpace, at)) != std::string::npos) {
    const std::size_t behind = at + kNoBreakSpace.size();
    if (at > 0 && is_digit(text, at - 1) && is_digit(text, behind)) {
      at = behind;
      continue;
    }
    text.erase(at, 1);
    text[at] = ' ';
    PangoAttribute* unbroken = pango_attr_allow_breaks_new(FALSE);
    unbroken->start_index = static_cast<guint>(at);
    unbroken->end_index = static_cast<guint>(at + 2);
    pango_attr_list_insert(attributes, unbroken);
    ++at;
  }
  return text;
}

}  // namespace

void Text::Release::operator()(PangoLayout* layout) const {
  g_object_unref(layout);
}

Text::Text(PangoLayout* owned) : layout_(owned) {
  PangoRectangle logical;
  pango_layout_get_extents(owned, nullptr, &logical);
  width_ = points(logical.width);
  height_ = points(logical.height);
  baseline_ = points(pango_layout_get_baseline(owned));
}

struct Typesetter::Fonts {
  FcConfig* config;
  PangoFontMap* map;
  PangoContext* context;
  std::array<PangoFontDescription*, kFaces.size()> faces{};

  Fonts() : config(load_fonts()), map(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)) {
    RK_CHECK(map != nullptr);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
    context = pango_font_map_create_context(map);
    // Nothing of a screen: glyphs stand where the font says.
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    for (std::size_t i = 0; i < faces.size(); ++i) {
      faces[i] = pango_font_description_new();
      pango_font_description_set_family_static(faces[i], kFamily);
      pango_font_description_set_size(faces[i], static_cast<int>(kFaces[i].points * PANGO_SCALE));
      pango_font_description_set_weight(faces[i], kFaces[i].weight);
    }
  }
  ~Fonts() {
    for (PangoFontDescription* face : faces) pango_font_description_free(face);
    g_object_unref(context);
    g_object_unref(map);
    FcConfigDestroy(config);
  }
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;
};

/// By what decides how a text comes out.
class Typesetter::Shaped {
 public:
  struct Key {
    std::string text;
    Face face;
    double width_max;
    int lines_max;
    auto operator<=>(const Key&) const = default;
  };

  /// Whether `text` is of a kind that comes again.
  static bool keeps(std::string_view text) { return text.size() <= kLengthMax; }
  /// Empty where it is new. Filled in by who asks.
  std::shared_ptr<const Text>& at(Key key) {
    if (texts_.size() >= kCountMax) texts_.clear();
    return texts_[std::move(key)];
  }
  void clear() { texts_.clear(); }

 private:
  static constexpr std::size_t kLengthMax = 40;
  static constexpr std::size_t kCountMax = 1'000;

  std::map<Key, std::shared_ptr<const Text>> texts_;
};

Typesetter::Typesetter() : fonts_(std::make_unique<Fonts>()), shaped_(std::make_unique<Shaped>()) {
  set_language("");
}

Typesetter::~Typesetter() = default;

void Typesetter::set_language(const std::string& language) {
  PangoLanguage* chosen = pango_language_from_string(language.empty() ? "en" : language.c_str());
  if (chosen == pango_context_get_language(fonts_->context)) return;
  pango_context_set_language(fonts_->context, chosen);
  shaped_->clear();
}

std::shared_ptr<const Text> Typesetter::text(std::string_view text, Face face,
                                             double width_max) const {
  return shaped(text, face, width_max, kLinesMax);
}

std::shared_ptr<const Text> Typesetter::one_line(std::string_view text, Face face,
                                                 double width_max) const {
  return shaped(text, face, width_max, 1);
}

std::shared_ptr<const Text> Typesetter::shaped(std::string_view text, Face face, double width_max,
                                               int lines_max) const {
  const auto make = [&] {
    return std::make_shared<const Text>(shape(text, face, width_max, lines_max));
  };
  if (!Shaped::keeps(text)) return make();
  std::shared_ptr<const Text>& kept = shaped_->at({std::string(text), face, width_max, lines_max});
  if (kept == nullptr) kept = make();
  return kept;
}

Text Typesetter::shape(std::string_view text, Face face, double width_max, int lines_max) const {
  PangoLayout* layout = pango_layout_new(fonts_->context);
  PangoAttrList* attributes = pango_attr_list_new();
  const std::string shown = with_plain_spaces(text::printable(text), attributes);
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_font_description(layout, fonts_->faces[static_cast<std::size_t>(face)]);
  pango_layout_set_text(layout, shown.data(), static_cast<int>(shown.size()));
  int width = 0;
  pango_layout_get_size(layout, &width, nullptr);
  if (points(width) > width_max) {
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(layout, static_cast<int>(width_max * PANGO_SCALE));
    pango_layout_set_height(layout, -lines_max);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  }
  return Text(layout);
}

}  // namespace reckoner::documents
