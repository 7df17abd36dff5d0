#include "web-api/media_types.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace easel::web {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Sorted by suffix.
constexpr std::array types = std::to_array<Pair>({
    {"aac", "audio/aac"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"eot", "application/vnd.ms-fontobject"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"gz", "application/gzip"},
    {"heic", "image/heic"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"jsonl", "application/x-ndjson"},
    {"m4a", "audio/mp4"},
    {"map", "application/json"},
    {"md", "text/markdown"},
    {"mht", "message/rfc822"},
    {"mhtml", "message/rfc822"},
    {"mjs", "text/javascript"},
    {"mkv", "video/x-matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"obj", "model/obj"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/opus"},
    {"otf", "font/otf"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppm", "image/x-portable-pixmap"},
    {"py", "text/x-python"},
    {"rdf", "application/rdf+xml"},
    {"rss", "application/rss+xml"},
    {"stl", "model/stl"},
    {"svg", "image/svg+xml"},
    {"svgz", "image/svg+xml"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"wasm", "application/wasm"},
    {"wav", "audio/x-wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xht", "application/xhtml+xml"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"xsl", "application/xslt+xml"},
    {"xslt", "application/xslt+xml"},
    {"zip", "application/zip"},
});
static_assert(std::is_sorted(types.begin(), types.end()));

constexpr std::string_view active_types[] = {
    "text/html",
    "text/html-sandboxed",
    "application/xhtml+xml",
    "text/javascript",
    "text/css",
    "application/javascript",
    "application/x-javascript",
    "application/ecmascript",
    "image/svg+xml",
    "application/xml",
    "text/xml",
    "message/rfc822",
};

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

}  // namespace

std::optional<std::string> guess_content_type(std::string_view file_name) {
    const std::size_t slash = file_name.rfind('/');
    if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
    const std::size_t dot = file_name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    const std::string suffix = lower(file_name.substr(dot + 1));
    const auto found = std::lower_bound(types.begin(), types.end(), suffix,
                                        [](const Pair& pair, std::string_view wanted) { return pair.first < wanted; });
    if (found == types.end() || found->first != suffix) return {};
    return std::string(found->second);
}

bool is_active_content(std::string_view content_type) {
    std::string type = lower(content_type.substr(0, content_type.find(';')));
    while (!type.empty() && type.back() == ' ')
        type.pop_back();
    return std::find(std::begin(active_types), std::end(active_types), type) != std::end(active_types) ||
           type.ends_with("+xml") || type.ends_with("/xml");
}

std::optional<std::filesystem::path> below(const std::filesystem::path& directory, std::string_view relative) {
    if (relative.find('\0') != std::string_view::npos) return {};
    auto trimmed = [](const std::filesystem::path& path) {
        const std::filesystem::path normal = std::filesystem::absolute(path).lexically_normal();
        return normal.has_filename() ? normal : normal.parent_path();
    };
    const std::filesystem::path root = trimmed(directory), target = trimmed(directory / relative);
    const auto [left, right] = std::mismatch(root.begin(), root.end(), target.begin(), target.end());
    if (left != root.end()) return {};
    return target;
}

AnnotatedName split_annotation(std::string_view text) {
    for (const std::string_view kind : {"output", "input", "temp"}) {
        const std::string mark = "[" + std::string(kind) + "]";
        if (!text.ends_with(mark)) continue;
        // The blank before the mark goes too.
        const std::size_t cut = mark.size() + 1;
        return {std::string(text.substr(0, text.size() > cut ? text.size() - cut : 0)), std::string(kind)};
    }
    return {std::string(text), {}};
}

}  // namespace easel::web
