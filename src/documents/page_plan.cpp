#include "documents/page_plan.hpp"

#include <optional>

namespace reckoner::documents {

int PagePlan::begin_table(Block heading) {
  const int table = static_cast<int>(headings_.size()) + 1;
  heading.table = table;
  heading.keeps_next = true;
  headings_.push_back(heading);
  blocks_.push_back(std::move(heading));
  return table;
}

void PagePlan::add(Block block) {
  blocks_.push_back(std::move(block));
}

void PagePlan::space(double height) {
  add({.height = height, .draw = {}});
}

const Block* PagePlan::heading_of(const Block& block) const {
  return block.table == 0 ? nullptr : &headings_[static_cast<std::size_t>(block.table - 1)];
}

double PagePlan::height_with_kept(std::size_t block) const {
  double height = blocks_[block].height;
  for (; blocks_[block].keeps_next && block + 1 < blocks_.size(); ++block) {
    height += blocks_[block + 1].height;
  }
  return height;
}

std::vector<PlacedPage> PagePlan::pages(const PageRoom& room) const {
  std::vector<PlacedPage> pages(1);
  double y = room.first_top;
  int last_table = 0;
  bool kept = false;  // the block before goes with this one
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    PlacedPage* page = &pages.back();
    const double together = height_with_kept(i);
    // What no page can hold together is divided where it must be.
    const bool fits = together <= room.bottom - room.top;
    const double needed = !kept && fits ? together : block.height;
    if (y + needed > room.bottom && !page->empty()) {
      page = &pages.emplace_back();
      y = room.top;
      const Block* heading = heading_of(block);
      if (heading != nullptr && block.table == last_table) {
        page->push_back({heading, y});
        y += heading->height;
      }
    }
    kept = block.keeps_next;
    last_table = block.table;
    if (!block.draw && page->empty()) continue;  // no space above the first block of a page
    page->push_back({&block, y});
    y += block.height;
  }
  return pages;
}

void draw(PdfFile& file, const PlacedPage& page) {
  std::optional<Part> table;
  int current = 0;
  for (const PlacedBlock& placed : page) {
    if (!placed.block->draw) continue;
    if (placed.block->table != current) {
      table.reset();
      current = placed.block->table;
      if (current != 0) table.emplace(file, Role::kTable);
    }
    placed.block->draw(file, placed.y);
  }
}

}  // namespace reckoner::documents
