#include "base/folders.hpp"
#include "nodes/choices.hpp"
#include "nodes/dataset/picture_folders.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace easel::nodes {
namespace {

struct SaveImageTextDataSetToFolder : FileOrigin {
    List<Image> images;
    List<std::string> folder_name{"dataset"};
    List<std::string> filename_prefix{"image"};
    List<std::string> mode;
    List<std::string> texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image";
        s.display_name = "Save Image-Text (to Folder)";
        s.description = "Save a dataset of pairs of images and text captions to a specified folder. Images are saved "
                        "as PNG files and captions are saved as TXT files with the same filename_prefix.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"save folder", "save to folder", "save dataset",
                            "save images", "save text",      "export dataset"};
        s.in("images", &SaveImageTextDataSetToFolder::images).tooltip("List of images to save.");
        s.in("folder_name", &SaveImageTextDataSetToFolder::folder_name)
            .option("multiline", false)
            .tooltip("Name of the folder to save images to (inside output directory).");
        s.in("filename_prefix", &SaveImageTextDataSetToFolder::filename_prefix)
            .advanced()
            .option("multiline", false)
            .tooltip("Prefix for saved image filenames.");
        s.in("mode", &SaveImageTextDataSetToFolder::mode)
            .choices(one_of({"overwrite", "increment"}))
            .default_value("overwrite")
            .tooltip("Whether to overwrite existing files or increment filenames to avoid overwriting.");
        s.in("texts", &SaveImageTextDataSetToFolder::texts)
            .force_input()
            .option("multiline", false)
            .tooltip("List of text captions to save.")
            .optional();
        declare_origin(s);
    }

    std::tuple<> execute(Context& context) const {
        const auto root = dataset_folder(context.use<Folders>().directory("output"), folder_name.front());
        std::vector<Tensor> pictures;
        for (const Image& image : images)
            pictures.push_back(image.pixels);
        const auto names = save_pictures(pictures, root, filename_prefix.front(), mode.front() == "overwrite");
        for (std::size_t i = 0; i < std::min(names.size(), texts.size()); ++i)
            write_whole_file((root / names[i]).replace_extension(".txt"),
                             std::span(reinterpret_cast<const std::uint8_t*>(texts[i].data()), texts[i].size()));
        return {};
    }
};

}  // namespace

void register_save_image_text_data_set_to_folder(Registry& registry) {
    registry.add<SaveImageTextDataSetToFolder>("SaveImageTextDataSetToFolder");
}

}  // namespace easel::nodes
