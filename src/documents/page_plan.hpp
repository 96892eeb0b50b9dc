#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "documents/pdf_file.hpp"

namespace reckoner::documents {

/// A piece of a page that is never divided.
struct Block {
  double height = 0;
  std::function<void(PdfFile& file, double y)> draw;  ///< `y` is its top
  bool keeps_next = false;  ///< the next one stands on the same page, where a page can hold them
  int table = 0;            ///< the table it is a row of, from 1; 0: of none
};

/// Where the blocks may stand, by their tops and bottoms.
struct PageRoom {
  double first_top;  ///< on the first page
  double top;
  double bottom;
};

/// A page's blocks in their order, each with its top.
struct PlacedBlock {
  const Block* block;
  double y;
};
using PlacedPage = std::vector<PlacedBlock>;

/// Blocks one under the other over as many pages as they need. The heading of a table stands above
/// its first row, and again at the top of each page that the table goes on to. At least one page.
class PagePlan {
 public:
  /// Begins a table with its heading, and gives its number.
  int begin_table(Block heading);
  void add(Block block);
  void space(double height);

  /// The plan must outlive the pages.
  std::vector<PlacedPage> pages(const PageRoom& room) const;

 private:
  const Block* heading_of(const Block& block) const;
  /// Of the block and those that it may not be parted from.
  double height_with_kept(std::size_t block) const;

  std::vector<Block> blocks_;
  std::vector<Block> headings_;
};

/// Draws a page's blocks; rows of a table are tagged as such.
void draw(PdfFile& file, const PlacedPage& page);

}  // namespace reckoner::documents
