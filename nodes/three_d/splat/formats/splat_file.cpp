#include "nodes/three_d/splat/formats/splat_file.hpp"

#include "base/error.hpp"
#include "nodes/three_d/splat/formats/ksplat.hpp"
#include "nodes/three_d/splat/formats/plain.hpp"
#include "nodes/three_d/splat/formats/ply.hpp"
#include "nodes/three_d/splat/formats/spz.hpp"

#include <algorithm>
#include <string>

namespace easel::nodes {
namespace {

std::string_view format_by_content(SplatBytes file) {
    const auto begins_with = [&](std::initializer_list<std::uint8_t> bytes) {
        return file.size() >= bytes.size() && std::equal(bytes.begin(), bytes.end(), file.begin());
    };
    if (begins_with({'p', 'l', 'y'})) return "ply";
    if (begins_with({0x1f, 0x8b})) return "spz";
    if (file.size() >= 2 && file[0] == 0 && file[1] >= 1) return "ksplat";
    if (file.size() % 32 == 0) return "splat";
    throw UserError("the file is no splat that is known: PLY, SPLAT, KSPLAT and SPZ are read");
}

}  // namespace

inference::Splat read_splat(SplatBytes file, std::string_view format) {
    const bool is_known = format == "ply" || format == "splat" || format == "ksplat" || format == "spz";
    const std::string_view kind = is_known ? format : format_by_content(file);
    if (kind == "ply") return read_ply(file);
    if (kind == "spz") return read_spz(file);
    return kind == "ksplat" ? read_ksplat(file) : read_plain_splat(file);
}

std::vector<std::uint8_t> splat_file_of(const inference::Splat& splat, std::string_view format) {
    if (splat.count() == 0) throw UserError("a splat without Gaussians cannot be written to a file");
    if (format == "ply") return ply_of(splat);
    if (format == "ksplat") return ksplat_of(splat);
    if (format == "spz") return spz_of(splat);
    throw UserError("splats cannot be written as \"" + std::string(format) + "\": choose ply, ksplat or spz");
}

}  // namespace easel::nodes
