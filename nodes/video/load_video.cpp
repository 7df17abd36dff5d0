#include "base/folders.hpp"
#include "base/python_repr.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct LoadVideo {
    std::string file;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Load Video";
        s.essentials_category = "Basics";
        s.search_aliases = {"import video", "open video", "video file"};
        s.checked_inputs = {"file"};
        s.in("file", &LoadVideo::file).choices(input_videos()).option("video_upload", true);
    }

    Video execute(Context& context) const { return {.file = require_annotated_file(context.use<Folders>(), file)}; }

    // The time of the last change stands for the content, which may be large.
    static Json fingerprint(const ConstantInputs& inputs) {
        const auto path = require_annotated_file(inputs.services.use<Folders>(), python_str(inputs["file"]));
        return std::filesystem::last_write_time(path).time_since_epoch().count();
    }

    static std::optional<std::string> validate(const ConstantInputs& inputs) {
        const Json& name = inputs["file"];
        if (name.is_null() || annotated_file(inputs.services.use<Folders>(), python_str(name))) return std::nullopt;
        return "Invalid video file: " + python_str(name);
    }
};

}  // namespace

void register_load_video(Registry& registry) { registry.add<LoadVideo>("LoadVideo"); }

}  // namespace easel::nodes
