#include "base/error.hpp"
#include "base/folders.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/stored_files.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

#include <utility>

namespace easel::nodes {
namespace {

struct LoadVideoTextDataSetFromFolder {
    std::string folder;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "video";
        s.display_name = "Load Video-Text (from Folder)";
        s.description = "Load a dataset of pairs of videos and text captions from a specified folder and return them "
                        "as a list. Supported formats: MP4, AVI, MOV, WEBM, MKV, FLV.";
        s.experimental = true;
        s.search_aliases = {"load folder", "load from folder", "load dataset", "load videos", "import dataset"};
        s.in("folder", &LoadVideoTextDataSetFromFolder::folder)
            .choices(input_folders())
            .tooltip("The folder containing video files and .txt captions.");
        s.out("videos").tooltip = "Lazy video references; frames are decoded only when needed downstream.";
        s.out("texts").tooltip = "List of text captions.";
    }

    std::tuple<List<Video>, List<std::string>> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("input"), folder);
        List<Video> videos;
        List<std::string> captions;
        for (const auto& file : repeated_videos_in(root)) {
            videos.push_back({.file = file});
            captions.push_back(caption_of(file));
        }
        if (videos.empty()) throw UserError("No video files found in " + root.string());
        return {std::move(videos), std::move(captions)};
    }
};

}  // namespace

void register_load_video_text_data_set_from_folder(Registry& registry) {
    registry.add<LoadVideoTextDataSetFromFolder>("LoadVideoTextDataSetFromFolder");
}

}  // namespace easel::nodes
