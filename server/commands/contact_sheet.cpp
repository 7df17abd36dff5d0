#include "server/commands/contact_sheet.hpp"

#include "web-api/http.hpp"
#include "web-api/picture.hpp"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace easel::server {

namespace fs = std::filesystem;

namespace {

constexpr int cell = 320, gap = 12, line = 22;
const cv::Scalar paper(255, 255, 255), ink(40, 40, 40), blank(225, 225, 225);

std::string drawable(const std::string& text, int width) {
    std::string ascii;
    for (const char c : text) {
        // One "?" for a letter of several bytes.
        if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
        ascii += c >= ' ' && c <= '~' ? c : '?';
    }
    const auto most = static_cast<std::size_t>(width / 9);
    if (ascii.size() > most) ascii = ascii.substr(0, most - 3) + "...";
    return ascii;
}

void write_text(cv::Mat& sheet, const std::string& text, int x, int y, int width) {
    cv::putText(sheet, drawable(text, width), {x, y + line - 7}, cv::FONT_HERSHEY_SIMPLEX, 0.45, ink, 1, cv::LINE_AA);
}

// Fitted into the cell; nothing where it cannot be read.
void place_picture(cv::Mat& sheet, const fs::path& file, int x, int y) {
    cv::rectangle(sheet, cv::Rect(x, y, cell, cell), blank, cv::FILLED);
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (bytes.empty()) return;
    cv::Mat pixels;
    try {
        pixels = web::without_alpha(web::read_picture(bytes));
    } catch (const web::HttpError&) {
        return;
    }
    if (pixels.channels() == 1) cv::cvtColor(pixels, pixels, cv::COLOR_GRAY2BGR);
    const double scale = static_cast<double>(cell) / std::max(pixels.cols, pixels.rows);
    const cv::Size size(std::max(1, static_cast<int>(pixels.cols * scale)),
                        std::max(1, static_cast<int>(pixels.rows * scale)));
    cv::resize(pixels, pixels, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    pixels.copyTo(sheet(cv::Rect(x + (cell - size.width) / 2, y + (cell - size.height) / 2, size.width, size.height)));
}

}  // namespace

std::string draw(const ContactSheet& sheet) {
    const int columns = static_cast<int>(sheet.columns.size()), rows = static_cast<int>(sheet.rows.size());
    const int width = gap + columns * (cell + gap);
    const int row_height = line + cell + line + gap;
    cv::Mat picture(gap + line + rows * row_height, width, CV_8UC3, paper);
    for (int column = 0; column < columns; ++column)
        write_text(picture, sheet.columns[static_cast<std::size_t>(column)], gap + column * (cell + gap), gap / 2,
                   cell);
    for (int row = 0; row < rows; ++row) {
        const int y = gap + line + row * row_height;
        write_text(picture, sheet.rows[static_cast<std::size_t>(row)], gap, y, width - 2 * gap);
        for (int column = 0; column < columns; ++column) {
            const SheetCell& content = sheet.cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
            const int x = gap + column * (cell + gap);
            place_picture(picture, content.picture, x, y + line);
            write_text(picture, content.caption, x, y + line + cell, cell);
        }
    }
    return web::write_picture(picture, web::PictureFormat::png);
}

}  // namespace easel::server
