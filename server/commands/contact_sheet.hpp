// Pictures in rows and columns with captions, on one sheet.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace easel::server {

struct SheetCell {
    std::filesystem::path picture;  // empty, or no picture: the cell stays grey
    std::string caption;            // below it
};

struct ContactSheet {
    std::vector<std::string> columns;           // headings
    std::vector<std::string> rows;              // headings, above each row
    std::vector<std::vector<SheetCell>> cells;  // [row][column]
};

// A PNG with cells of 320 pixels. Letters beyond ASCII are drawn as "?".
std::string draw(const ContactSheet& sheet);

}  // namespace easel::server
