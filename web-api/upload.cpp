// POST /upload/image and /upload/mask: files into the input folder, or where `type` says.
#include "web-api/file_content.hpp"
#include "web-api/media_types.hpp"
#include "web-api/multipart.hpp"
#include "web-api/picture.hpp"
#include "web-api/routes.hpp"

#include <opencv2/core.hpp>

#include <mutex>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

// Where an upload goes and under which name; `is_there`: the very same file is there already.
struct Place {
    fs::path folder;
    std::string name;
    std::string subfolder;  // as given
    std::string kind;
    bool is_there = false;
    fs::path path() const { return folder / name; }
};

bool has_content(const fs::path& path, std::string_view content) {
    std::error_code error;
    return fs::file_size(path, error) == content.size() && !error && read_file(path) == content;
}

// "a/b.tar.gz" as "a/b.tar" and ".gz"; a leading dot is not a suffix.
std::pair<std::string, std::string> split_suffix(const std::string& name) {
    const std::size_t dot = name.rfind('.'), base = name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1;
    if (dot == std::string::npos || name.find_first_not_of('.', base) >= dot) return {name, ""};
    return {name.substr(0, dot), name.substr(dot)};
}

// The first free name of "name.png", "name (1).png", ... or the one that holds this content already.
void choose_name(Place& place, std::string_view content) {
    const auto [stem, suffix] = split_suffix(place.name);
    for (int i = 1; fs::exists(place.path()); ++i) {
        if (has_content(place.path(), content)) {
            place.is_there = true;
            return;
        }
        place.name = stem + " (" + std::to_string(i) + ")" + suffix;
    }
}

Place choose_place(const Form& form, const FormPart& image, const Folders& folders) {
    Place place;
    place.kind = form.text("type").value_or("input");
    if (place.kind != "input" && place.kind != "output" && place.kind != "temp")
        throw HttpError(400, "type must be input, output or temp");
    place.name = image.file_name.value_or("");
    if (place.name.empty()) throw HttpError(400, "the uploaded file has no name");
    place.subfolder = form.text("subfolder").value_or("");
    const OwnFolder root = folders.directory(place.kind);
    const auto folder = Folders::inside(root, place.subfolder);
    if (!folder || !Folders::inside(root, (*folder / place.name).string()))
        throw HttpError(400, "the name or the subfolder of the uploaded file leaves the " + place.kind + " folder");
    place.folder = *folder;
    fs::create_directories(place.folder);
    const auto overwrite = form.text("overwrite");
    if (overwrite != "true" && overwrite != "1") choose_name(place, image.content);
    return place;
}

// The picture that a mask belongs to, named by the JSON in `original_ref`.
fs::path original_file(const Form& form, const Folders& folders) {
    const Json reference = parse_json(form.text("original_ref").value_or(""));
    if (!reference.is_object() || !reference.contains("filename")) throw HttpError(400, "original_ref has no filename");
    const AnnotatedName annotated = split_annotation(reference["filename"].get<std::string>());
    if (annotated.name.empty() || annotated.name.front() == '/' || annotated.name.find("..") != std::string::npos)
        throw HttpError(400, "original_ref does not name a plain file");
    const std::string kind = annotated.directory.value_or(reference.value("type", "output"));
    if (kind != "input" && kind != "output" && kind != "temp")
        throw HttpError(400, "type must be input, output or temp");
    const OwnFolder root = folders.directory(kind);
    const auto folder = Folders::inside(root, reference.value("subfolder", ""));
    const auto path = folder ? Folders::inside(root, (*folder / annotated.name).string()) : std::nullopt;
    if (!path) throw HttpError(403, "original_ref leaves the " + kind + " folder");
    if (std::error_code ignored; !fs::is_regular_file(*path, ignored))
        throw HttpError(400, "the picture of the mask is not there");
    return *path;
}

// The original's colours and texts with the mask's alpha, as a PNG.
std::string masked_picture(std::string_view original, std::string_view mask) {
    const Picture picture = read_picture(original);
    const cv::Mat colours = without_alpha(picture), alpha = alpha_of(read_picture(mask));
    if (colours.size() != alpha.size()) throw HttpError(400, "the mask and its picture differ in size");
    std::vector<cv::Mat> channels;
    cv::split(colours, channels);
    channels.push_back(alpha);
    cv::Mat pixels;
    cv::merge(channels, pixels);
    return copy_png_texts(original, write_picture(pixels, PictureFormat::png));
}

class Uploads {
public:
    explicit Uploads(const Folders& folders) : folders_(folders) {}

    Response image(const Request& request) {
        return store(request, [](const Form&, std::string_view content) { return std::string(content); });
    }

    Response mask(const Request& request) {
        return store(request, [this](const Form& form, std::string_view content) {
            return masked_picture(read_file(original_file(form, folders_)), content);
        });
    }

private:
    template <class Prepare>
    Response store(const Request& request, Prepare prepare) {
        const Form form(request);
        const FormPart* image = form.find("image");
        if (!image || !image->file_name) throw HttpError(400, "the form has no file named image");
        std::scoped_lock lock(mutex_);
        const Place place = choose_place(form, *image, folders_);
        if (!place.is_there) replace_file(place.path(), prepare(form, image->content));
        return Response::json({{"name", place.name}, {"subfolder", place.subfolder}, {"type", place.kind}});
    }

    const Folders& folders_;
    std::mutex mutex_;  // from choosing a name to having written the file
};

}  // namespace

void add_upload_routes(Router& router, const Api& api) {
    auto uploads = std::make_shared<Uploads>(api.folders);
    router.add(
        "POST", "/upload/image", [uploads](const Request& request) { return uploads->image(request); }, Runs::on_pool);
    router.add(
        "POST", "/upload/mask", [uploads](const Request& request) { return uploads->mask(request); }, Runs::on_pool);
}

}  // namespace easel::web
