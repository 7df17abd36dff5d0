#include "base/error.hpp"
#include "base/folders.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct LoadVideoDataSetFromFolder {
    std::string folder;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video";
        s.display_name = "Load Video (from Folder)";
        s.description = "Load a dataset of videos from a specified folder and return a list of videos. Supported "
                        "formats: MP4, AVI, MOV, WEBM, MKV, FLV.";
        s.experimental = true;
        s.search_aliases = {"load folder", "load from folder", "load dataset", "load videos", "import dataset"};
        s.in("folder", &LoadVideoDataSetFromFolder::folder)
            .choices(input_folders())
            .tooltip("The folder containing video files.");
        s.out("videos").tooltip = "Lazy video references; frames are decoded only when needed downstream.";
    }

    List<Video> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("input"), folder);
        List<Video> videos;
        for (const auto& file : videos_in(root))
            videos.push_back({.file = file});
        if (videos.empty()) throw UserError("No video files found in " + root.string());
        return videos;
    }
};

}  // namespace

void register_load_video_data_set_from_folder(Registry& registry) {
    registry.add<LoadVideoDataSetFromFolder>("LoadVideoDataSetFromFolder");
}

}  // namespace easel::nodes
