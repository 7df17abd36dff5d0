// GET /view: files of the output, input and temp folders, pictures also as previews or by channel.
#include "web-api/file_content.hpp"
#include "web-api/file_response.hpp"
#include "web-api/media_types.hpp"
#include "web-api/picture.hpp"
#include "web-api/routes.hpp"

#include <opencv2/core.hpp>

#include <charconv>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

constexpr int preview_quality = 90;

struct NamedFile {
    fs::path path;
    std::string name;
};

bool is_directory_kind(std::string_view kind) { return kind == "output" || kind == "input" || kind == "temp"; }

// Folders in the file name are dropped, ".." anywhere in it is refused; an annotation wins over `type`.
// Throws HttpError with the reference's status.
NamedFile requested_file(const Request& request, const Folders& folders) {
    const auto given = request.parameter("filename");
    if (!given) throw HttpError(404, "filename is missing");
    const AnnotatedName annotated = split_annotation(*given);
    const bool is_odd = annotated.name.empty() || annotated.name.front() == '/' ||
                        annotated.name.find("..") != std::string::npos ||
                        annotated.name.find('\0') != std::string::npos;
    if (is_odd) throw HttpError(400, "filename is not a plain file name");
    const std::string kind = annotated.directory.value_or(std::string(request.parameter("type").value_or("output")));
    if (!is_directory_kind(kind)) throw HttpError(400, "type must be output, input or temp");
    const OwnFolder root = folders.directory(kind);
    const auto folder = Folders::inside(root, request.parameter("subfolder").value_or(""));
    if (!folder) throw HttpError(403, "subfolder leaves the " + kind + " folder");
    const std::string name = annotated.name.substr(annotated.name.rfind('/') + 1);
    const auto path = Folders::inside(root, (*folder / name).string());
    if (!path) throw HttpError(403, "the file is a link that leaves the " + kind + " folder");
    std::error_code ignored;
    if (name.empty() || !fs::is_regular_file(*path, ignored))
        throw HttpError(404, "there is no such file in the " + kind + " folder");
    return {*path, name};
}

std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        // A line break would end the header.
        if (static_cast<unsigned char>(c) >= ' ') text += c;
    }
    return text + "\"";
}

Response picture_response(std::string bytes, const char* type, const std::string& name) {
    Response response;
    response.body = std::move(bytes);
    response.with("Content-Type", type).with("Content-Disposition", "filename=" + quoted(name));
    return response;
}

// `preview=jpeg;75` or `preview=webp;90`; any other format is webp, and so is every preview with an alpha channel asked
// for ("a" anywhere in `channel`).
Response preview(const Request& request, const NamedFile& file, std::string_view wish) {
    const std::string_view channel = request.parameter("channel").value_or("");
    const bool is_jpeg = wish.substr(0, wish.find(';')) == "jpeg" && channel.find('a') == std::string_view::npos;
    const std::string_view last = wish.substr(wish.rfind(';') + 1);
    int quality = preview_quality;
    if (!last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos) {
        const auto parsed = std::from_chars(last.data(), last.data() + last.size(), quality);
        if (parsed.ec != std::errc()) quality = 100;
    }
    const Picture picture = read_picture(read_file(file.path));
    const cv::Mat pixels = is_jpeg || channel == "rgb" ? without_alpha(picture) : picture.pixels;
    const PictureFormat format = is_jpeg ? PictureFormat::jpeg : PictureFormat::webp;
    return picture_response(write_picture(pixels, format, quality), is_jpeg ? "image/jpeg" : "image/webp", file.name);
}

Response colours(const NamedFile& file) {
    const Picture picture = read_picture(read_file(file.path));
    return picture_response(write_picture(without_alpha(picture), PictureFormat::png), "image/png", file.name);
}

// Black, with the picture's transparency.
Response alpha(const NamedFile& file) {
    const cv::Mat transparency = alpha_of(read_picture(read_file(file.path)));
    const cv::Mat black = cv::Mat::zeros(transparency.size(), CV_8U);
    cv::Mat pixels;
    cv::merge(std::vector<cv::Mat>{black, black, black, transparency}, pixels);
    return picture_response(write_picture(pixels, PictureFormat::png), "image/png", file.name);
}

// What a browser might run as a page of this server is handed out as a download. An SVG that the browser asks for as an
// image cannot run anything, but then the answer depends on that request header and must not be kept.
Response whole_file(const Request& request, const NamedFile& file) {
    std::string type = guess_content_type(file.name).value_or("application/octet-stream");
    std::string disposition = "filename=" + quoted(file.name);
    const bool is_active = is_active_content(type);
    const bool is_image = type == "image/svg+xml" && request.header("sec-fetch-dest") == "image";
    if (is_active && !is_image) {
        type = "application/octet-stream";
        disposition = "attachment; " + disposition;
    }
    Response response = file_response(request, file.path, type);
    response.with("X-Content-Type-Options", "nosniff").with("Content-Disposition", disposition);
    if (is_active) response.with("Vary", "Sec-Fetch-Dest").with("Cache-Control", "no-store");
    return response;
}

Response view(const Request& request, const Api& api) {
    const NamedFile file = requested_file(request, api.folders);
    if (const auto wish = request.parameter("preview")) return preview(request, file, *wish);
    const std::string_view channel = request.parameter("channel").value_or("rgba");
    if (channel == "rgb") return colours(file);
    if (channel == "a") return alpha(file);
    return whole_file(request, file);
}

}  // namespace

void add_view_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/view", [&api](const Request& request) { return view(request, api); }, Runs::on_pool);
}

}  // namespace easel::web
