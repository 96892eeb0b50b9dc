#include "documents/sheet.hpp"

#include <algorithm>

#include "documents/outline.hpp"

namespace reckoner::documents {

Block row_of(std::vector<Cell> cells, double padding, int table, Role role) {
  double ascent = 0;
  double descent = 0;
  for (const Cell& cell : cells) {
    ascent = std::max(ascent, cell.text->baseline());
    descent = std::max(descent, cell.text->height() - cell.text->baseline());
  }
  Block block;
  block.height = ascent + descent + 2 * padding;
  block.table = table;
  block.draw = [cells = std::move(cells), baseline = padding + ascent, table, role](PdfFile& file,
                                                                                    double y) {
    const Part row(file, table == 0 ? Role::kParagraph : Role::kRow);
    for (const Cell& cell : cells) {
      const double x = cell.ends_at_x ? cell.x - cell.text->width() : cell.x;
      if (table == 0) {
        file.draw_on_baseline(*cell.text, x, y + baseline, cell.ink);
      } else {
        const Part part(file, role);
        file.draw_on_baseline(*cell.text, x, y + baseline, cell.ink);
      }
    }
  };
  return block;
}

Block text_block(const Sheet& sheet, std::string_view text, Face face, Ink ink, Role role,
                 double padding) {
  const auto shaped = sheet.text(text, face, kContent);
  Block block;
  block.height = shaped->height() + 2 * padding;
  block.draw = [shaped, ink, role, padding](PdfFile& file, double y) {
    const Part part(file, role);
    file.draw(*shaped, kLeft, y + padding, ink);
  };
  return block;
}

std::string title_of(const Sheet& sheet) {
  const domain::Document& document = sheet.document();
  if (is_interim(document)) return std::string(sheet.words.interim);
  if (document.kind == domain::DocumentKind::kShowback) {
    return fmt::format("{} {}", sheet.words.showback, document.number);
  }
  const bool credit = document.kind == domain::DocumentKind::kCreditNote;
  return fmt::format("{} {}", credit ? sheet.words.credit_note : sheet.words.invoice,
                     document.number);
}

}  // namespace reckoner::documents
