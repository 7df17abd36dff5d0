#include "inference/image/font.hpp"

#include "base/error.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_GLYPH_H
#include FT_OUTLINE_H
#include FT_STROKER_H

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

extern "C" const char easel_aileron_begin[], easel_aileron_end[];

namespace easel::inference {

namespace {

// FreeType's lengths are in 64ths of a pixel.
constexpr FT_Pos pixel = 64;

int64_t rounded(FT_Pos position) { return (position + pixel / 2) >> 6; }
FT_Pos in_64ths(double pixels) { return static_cast<FT_Pos>(std::round(pixels * 64.0)); }

void require(FT_Error error, const char* task) {
    if (error != 0) throw Error(std::string("FreeType cannot ") + task + " (error " + std::to_string(error) + ")");
}

struct GlyphDeleter {
    void operator()(FT_Glyph glyph) const { FT_Done_Glyph(glyph); }
};
using Glyph = std::unique_ptr<FT_GlyphRec, GlyphDeleter>;

struct StrokerDeleter {
    void operator()(FT_Stroker stroker) const { FT_Stroker_Done(stroker); }
};
using Stroker = std::unique_ptr<FT_StrokerRec_, StrokerDeleter>;

// One closed line of an outline.
struct Contour {
    int first = 0, last = 0;  // points
    FT_BBox box{};
};

std::vector<Contour> contours_of(const FT_Outline& outline) {
    std::vector<Contour> contours;
    int first = 0;
    for (int i = 0; i < outline.n_contours; ++i) {
        Contour contour{.first = first, .last = outline.contours[i]};
        contour.box = {outline.points[first].x, outline.points[first].y, outline.points[first].x,
                       outline.points[first].y};
        for (int k = first; k <= contour.last; ++k) {
            const FT_Vector point = outline.points[k];
            contour.box.xMin = std::min(contour.box.xMin, point.x);
            contour.box.xMax = std::max(contour.box.xMax, point.x);
            contour.box.yMin = std::min(contour.box.yMin, point.y);
            contour.box.yMax = std::max(contour.box.yMax, point.y);
        }
        first = contour.last + 1;
        contours.push_back(contour);
    }
    return contours;
}

// Hinting may pull the dot of a small letter onto its stem. Since 2.14 FreeType keeps a pixel between them; this does
// the same to the two dotted letters of the font where the library is older.
void separate_dot(FT_Outline& outline) {
    auto contours = contours_of(outline);
    if (contours.size() != 2) return;
    if (contours[0].box.yMax > contours[1].box.yMax) std::swap(contours[0], contours[1]);
    const Contour &stem = contours[0], &dot = contours[1];
    const FT_Pos gap = dot.box.yMin - stem.box.yMax, lift = pixel - gap;
    if (gap >= pixel || lift > pixel + 2 || stem.box.yMin >= dot.box.yMin) return;
    for (int k = dot.first; k <= dot.last; ++k)
        outline.points[k].y += lift;
}

// Adds what another letter covers.
void cover(std::uint8_t& target, unsigned source) {
    if (source == 0) return;
    const unsigned product = target * (255 - source) + 128;
    target = static_cast<std::uint8_t>(std::min(255u, source + (((product >> 8) + product) >> 8)));
}

// Adds a glyph's bitmap with its corner at (x, y); what sticks out is cut off.
void add_bitmap(Coverage& coverage, const FT_Bitmap& bitmap, int64_t x, int64_t y) {
    const auto width = static_cast<int64_t>(bitmap.width), height = static_cast<int64_t>(bitmap.rows);
    const int64_t from = std::max<int64_t>(0, -x), to = std::min(width, coverage.width - x);
    for (int64_t row = std::max<int64_t>(0, -y); row < std::min(height, coverage.height - y); ++row) {
        const unsigned char* source = bitmap.buffer + row * bitmap.pitch;
        std::uint8_t* target = coverage.values.data() + (y + row) * coverage.width + x;
        for (int64_t column = from; column < to; ++column)
            cover(target[column], source[column]);
    }
}

}  // namespace

struct Font::Face {
    FT_Library library = nullptr;
    FT_Face face = nullptr;
    bool separates_dots = false;  // by itself

    explicit Face(double size) {
        require(FT_Init_FreeType(&library), "start");
        FT_Int major = 0, minor = 0, patch = 0;
        FT_Library_Version(library, &major, &minor, &patch);
        separates_dots = major > 2 || minor >= 14;
        const auto* bytes = reinterpret_cast<const FT_Byte*>(easel_aileron_begin);
        FT_Error error = FT_New_Memory_Face(library, bytes, easel_aileron_end - easel_aileron_begin, 0, &face);
        if (error == 0) error = FT_Set_Char_Size(face, 0, static_cast<FT_F26Dot6>(size * 64.0), 0, 0);
        if (error != 0) FT_Done_FreeType(library);
        require(error, "read the built-in font");
    }
    ~Face() { FT_Done_FreeType(library); }
    Face(const Face&) = delete;
    Face& operator=(const Face&) = delete;

    // The character's outline in the slot.
    FT_GlyphSlot load(char32_t character) const {
        require(FT_Load_Char(face, character, FT_LOAD_DEFAULT), "load a glyph");
        if (!separates_dots && (character == U'i' || character == U'j')) separate_dot(face->glyph->outline);
        return face->glyph;
    }

    struct Extent {
        int64_t left = 0, right = 0, below = 0, above = 0;  // around the origin, upwards
        FT_Pos advance = 0;
    };
    Extent extent(const std::u32string& line) const {
        Extent all;
        for (char32_t character : line) {
            const FT_GlyphSlot slot = load(character);
            const int64_t x = rounded(all.advance);
            all.advance += slot->metrics.horiAdvance;
            all.right = std::max(all.right, rounded(all.advance));
            FT_BBox box;
            FT_Outline_Get_CBox(&slot->outline, &box);
            all.left = std::min(all.left, x + (box.xMin >> 6));
            all.right = std::max(all.right, x + ((box.xMax + pixel - 1) >> 6));
            all.below = std::min<int64_t>(all.below, box.yMin >> 6);
            all.above = std::max<int64_t>(all.above, (box.yMax + pixel - 1) >> 6);
        }
        return all;
    }

    // Where the extent's corner lies from the point that the line is drawn at.
    std::pair<int64_t, int64_t> corner(const Extent& extent, const std::u32string& line, TextAnchor anchor) const {
        if (line.empty()) return {extent.left, -extent.above};
        const FT_Pos along = anchor == TextAnchor::left     ? 0
                             : anchor == TextAnchor::middle ? extent.advance / 2
                                                            : extent.advance;
        return {extent.left - rounded(along), rounded(face->size->metrics.ascender) - extent.above};
    }
};

Font::Font(double size) : face_(std::make_unique<Face>(size)) {}
Font::~Font() = default;
Font::Font(Font&&) noexcept = default;
Font& Font::operator=(Font&&) noexcept = default;

double Font::length(const std::u32string& line) const {
    return static_cast<double>(face_->extent(line).advance) / 64.0;
}

TextBox Font::box(const std::u32string& line, TextAnchor anchor, double stroke) const {
    const auto extent = face_->extent(line);
    const auto [x, y] = face_->corner(extent, line, anchor);
    const double left = static_cast<double>(x) - stroke, top = static_cast<double>(y) - stroke;
    return {.left = left,
            .top = top,
            .right = left + static_cast<double>(extent.right - extent.left) + 2.0 * stroke,
            .bottom = top + static_cast<double>(extent.above - extent.below) + 2.0 * stroke};
}

DrawnText Font::draw(const std::u32string& line, TextAnchor anchor, double stroke, double x, double y) const {
    const auto extent = face_->extent(line);
    const auto [corner_x, corner_y] = face_->corner(extent, line, anchor);
    DrawnText drawn{
        .coverage = {.width = extent.right - extent.left + static_cast<int64_t>(std::ceil(stroke * 2.0 + x)),
                     .height = extent.above - extent.below + static_cast<int64_t>(std::ceil(stroke * 2.0 + y)),
                     .values = {}},
        .x = std::llround(static_cast<double>(corner_x) - stroke),
        .y = std::llround(static_cast<double>(corner_y) - stroke)};
    if (line.empty() || drawn.coverage.width <= 0 || drawn.coverage.height <= 0)
        return {.coverage = {}, .x = 0, .y = 0};
    drawn.coverage.values.assign(static_cast<std::size_t>(drawn.coverage.width * drawn.coverage.height), 0);

    Stroker stroker;
    if (stroke > 0) {
        FT_Stroker made = nullptr;
        require(FT_Stroker_New(face_->library, &made), "draw borders");
        stroker.reset(made);
        FT_Stroker_Set(made, in_64ths(stroke), FT_STROKER_LINECAP_ROUND, FT_STROKER_LINEJOIN_ROUND, 0);
    }
    FT_Pos pen = in_64ths(static_cast<double>(-extent.left) + stroke + x);
    const int64_t base = rounded(in_64ths(static_cast<double>(-extent.above) - stroke - y));
    for (char32_t character : line) {
        const FT_GlyphSlot slot = face_->load(character);
        const FT_Pos advance = slot->metrics.horiAdvance;
        FT_Glyph made = nullptr;
        require(FT_Get_Glyph(slot, &made), "copy a glyph");
        if (stroker) {
            const FT_Error error = FT_Glyph_StrokeBorder(&made, stroker.get(), 0, 1);
            if (error != 0) FT_Done_Glyph(made);
            require(error, "widen a glyph");
        }
        const FT_Error error = FT_Glyph_To_Bitmap(&made, FT_RENDER_MODE_NORMAL, nullptr, 1);
        const Glyph glyph(made);
        require(error, "draw a glyph");
        const auto* bitmap = reinterpret_cast<const FT_BitmapGlyphRec*>(glyph.get());
        add_bitmap(drawn.coverage, bitmap->bitmap, rounded(pen) + bitmap->left, -(base + bitmap->top));
        pen += advance;
    }
    return drawn;
}

}  // namespace easel::inference
