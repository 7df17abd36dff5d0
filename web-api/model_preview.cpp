// GET /experiment/models/preview: the picture that belongs to a model file, as WebP.
#include "base/base64.hpp"
#include "web-api/file_content.hpp"
#include "web-api/media_types.hpp"
#include "web-api/picture.hpp"
#include "web-api/routes.hpp"
#include "web-api/safetensors_metadata.hpp"

#include <algorithm>
#include <array>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_header_with_pictures = 8 * 1024 * 1024;
constexpr int preview_quality = 80;

// Links followed: a picture beside a model may not lead out of the model folder.
bool lies_in(const fs::path& folder, const fs::path& path) {
    std::error_code error;
    const fs::path root = fs::weakly_canonical(folder, error), target = fs::weakly_canonical(path, error);
    return !error && std::mismatch(root.begin(), root.end(), target.begin(), target.end()).first == root.end();
}

bool is_picture(const fs::path& path) {
    return guess_content_type(path.filename().string()).value_or("").starts_with("image/");
}

// model.png or model.preview.png beside model.safetensors.
std::optional<fs::path> picture_beside(const fs::path& model) {
    std::vector<fs::path> found;
    std::error_code error;
    const std::string stem = model.stem().string();
    for (const fs::directory_entry& entry : fs::directory_iterator(model.parent_path(), error)) {
        const std::string name = entry.path().stem().string();
        if ((name == stem || name == stem + ".preview") && is_picture(entry.path())) found.push_back(entry.path());
    }
    if (found.empty()) return {};
    return *std::min_element(found.begin(), found.end());
}

// The first of `ssmd_cover_images`, a JSON list of base64 texts in the metadata of the file beside.
std::optional<std::string> picture_inside(const fs::path& model) {
    const Json metadata =
        safetensors_metadata(fs::path(model).replace_extension(".safetensors"), largest_header_with_pictures);
    if (!metadata.is_object() || !metadata.contains("ssmd_cover_images")) return {};
    const Json& text = metadata["ssmd_cover_images"];
    if (!text.is_string()) return {};
    const Json covers = Json::parse(text.get_ref<const std::string&>(), nullptr, false);
    if (!covers.is_array() || covers.empty() || !covers[0].is_string()) return {};
    return decode_base64(covers[0].get_ref<const std::string&>());
}

Response preview(const Request& request, const Folders& folders) {
    const std::string &kind = request.captures[0], &name = request.captures[2];
    const std::vector<std::string> kinds = folders.model_kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return Response::empty(404);
    const auto index = parse_integer(request.captures[1]);
    if (name.empty() || !index) return Response::empty(400);
    const std::vector<fs::path>& roots = folders.model_folder(kind)->paths;
    if (*index < 0 || static_cast<std::size_t>(*index) >= roots.size()) return Response::empty(404);
    const fs::path& root = roots[static_cast<std::size_t>(*index)];
    const auto model = below(root, name);
    if (!model || !lies_in(root, *model)) return Response::empty(403);

    std::optional<std::string> bytes;
    if (const auto path = picture_beside(*model)) {
        if (!lies_in(root, *path)) return Response::empty(403);
        bytes = read_file(*path);
    } else {
        bytes = picture_inside(*model);
    }
    if (!bytes) return Response::empty(404);
    try {
        Response response;
        response.body = write_picture(read_picture(*bytes).pixels, PictureFormat::webp, preview_quality);
        response.with("Content-Type", "image/webp");
        return response;
    } catch (const HttpError&) {
        return Response::empty(404);
    }
}

}  // namespace

void add_model_preview_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/experiment/models/preview/{folder}/{path_index}/{file:*}",
        [&folders = api.folders](const Request& request) { return preview(request, folders); }, Runs::on_pool);
}

}  // namespace easel::web
