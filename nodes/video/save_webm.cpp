#include "base/folders.hpp"
#include "nodes/choices.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/media.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

namespace easel::nodes {
namespace {

struct SaveWEBM : FileOrigin {
    Image images;
    std::string filename_prefix = "ComfyUI";
    std::string codec;
    double fps = 24.0;
    double crf = 32.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Save WEBM";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"export webm"};
        s.in("images", &SaveWEBM::images)
            .tooltip("RGBA images are saved with their alpha channel as transparency (vp9 codec only).");
        s.in("filename_prefix", &SaveWEBM::filename_prefix).option("multiline", false);
        s.in("codec", &SaveWEBM::codec).choices(one_of({"vp9", "av1"}));
        s.in("fps", &SaveWEBM::fps).range(0.01, 1000.0).step(0.01);
        s.in("crf", &SaveWEBM::crf)
            .range(0, 63.0)
            .step(1)
            .tooltip("Higher crf means lower quality with a smaller file size, lower crf means higher quality higher "
                     "filesize.");
        declare_origin(s);
        s.out("images");
    }

    Returns<Image> execute(Context& context) const {
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, images.pixels.size(2),
                      images.pixels.size(1));
        const std::string name = slot.next_name(0, "_.webm");
        const bool is_vp9 = codec == "vp9";
        const media::VideoFormat format{.container = "webm",
                                        .codec = codec,
                                        .crf = crf,
                                        .bit_depth = is_vp9 ? 8 : 10,
                                        .keeps_alpha = is_vp9 && images.pixels.size(3) == 4,
                                        .preset = is_vp9 ? "" : "6"};
        media_codecs().write_video(slot.folder() / name, images.pixels, std::nullopt, frame_rate(fps), format,
                                   metadata_tags(context, prompt, extra_pnginfo));
        const Json saved = {{"filename", name}, {"subfolder", slot.subfolder()}, {"type", "output"}};
        return {Ui{{{"images", {saved}}, {"animated", Json::array({true})}}}, images};
    }
};

}  // namespace

void register_save_webm(Registry& registry) { registry.add<SaveWEBM>("SaveWEBM"); }

}  // namespace easel::nodes
