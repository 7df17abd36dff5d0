#include "base/folders.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/media.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"
#include "nodes/video/video.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

constexpr const char* video_codec_tooltip =
    "The output video codec. Auto preserves a compatible source stream. H.264 and AV1 re-encoding support SDR, HDR "
    "(HLG), and HDR PQ.";

InputSpec crf_input(double initial, double greatest) {
    InputSpec input = inner_input("crf", "FLOAT");
    Field<double>(input)
        .default_value(initial)
        .range(0.0, greatest)
        .step(1.0)
        .tooltip("Lower values produce higher quality and larger files.");
    return input;
}

InputSpec video_color_space_input() {
    InputSpec input = inner_input("color_space", "COMBO");
    Field<std::string>(input)
        .choices(one_of({"auto", "sRGB", "HDR", "HDR PQ"}))
        .default_value("auto")
        .option("display_name", "color space")
        .tooltip("Auto uses sRGB for videos created from images and preserves recognized colors on loaded videos. sRGB "
                 "writes SDR BT.709/sRGB. HDR writes 10-bit BT.2020/HLG; HDR PQ writes BT.2020/PQ. Other input pixels "
                 "must already use the selected color space.");
    return input;
}

Branch video_codec_branch(const std::string& key, const std::string& name, double crf, double most_crf) {
    InputSpec encoding = choice_input(
        "encoding", "Automatic preserves compatible " + name + " streams. Re-encode applies custom encoding options.",
        {{"auto", {}}, {"re-encode", {crf_input(crf, most_crf), video_color_space_input()}}});
    encoding.options["display_name"] = "encoding mode";
    encoding.section = graph::Section::optional;
    return {key, {encoding}};
}

std::vector<Branch> video_codec_branches(bool has_h264) {
    std::vector<Branch> branches = {{"auto", {}}};
    if (has_h264) branches.push_back(video_codec_branch("h264", "H.264", 23.0, 51.0));
    branches.push_back(video_codec_branch("av1", "AV1", 30.0, 63.0));
    return branches;
}

std::vector<Branch> video_container_branches() {
    std::vector<Branch> branches;
    for (const char* container : {"auto", "mp4", "mkv", "webm"})
        branches.push_back({container,
                            {choice_input("codec", video_codec_tooltip,
                                          video_codec_branches(std::string_view(container) != "webm"))}});
    return branches;
}

struct SaveVideo : FileOrigin {
    Video video;
    std::string filename_prefix = "video/ComfyUI";
    Chosen format;
    Chosen codec;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_video";
        s.category = "video";
        s.display_name = "Save Video";
        s.description = "Saves the input videos to your ComfyUI output directory.";
        s.output_node = true;
        s.essentials_category = "Basics";
        s.search_aliases = {"export video"};
        s.in("video", &SaveVideo::video).tooltip("The video to save.");
        s.in("filename_prefix", &SaveVideo::filename_prefix)
            .option("multiline", false)
            .tooltip("The prefix for the file to save. This may include formatting information such as "
                     "%date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.");
        choice_in(s, "format",
                  "The output container. Auto preserves the source container when possible; MP4, MKV, and WebM select "
                  "a specific container.",
                  video_container_branches(), &SaveVideo::format);
        choice_in(s, "codec", video_codec_tooltip, video_codec_branches(true), &SaveVideo::codec);
        s.inputs.back().options["hidden"] = true;
        s.inputs.back().section = graph::Section::optional;
        declare_origin(s);
        s.out("video").tooltip = "The input video, unchanged.";
    }

    Returns<Video> execute(Context& context) const {
        const media::VideoFacts facts = facts_of(video);
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, facts.width, facts.height);
        const bool is_auto = format.key.empty() || format.key == "auto";
        const std::string name = slot.next_name(0, "_." + (is_auto ? "mp4" : format.key));
        save_video(video, target_of(slot.folder() / name), metadata_tags(context, prompt, extra_pnginfo));
        const Json saved = {{"filename", name}, {"subfolder", slot.subfolder()}, {"type", "output"}};
        return {Ui{{{"images", {saved}}, {"animated", Json::array({true})}}}, video};
    }

    // The codec behind the container's choice counts before the one beside it, which older workflows have.
    VideoTarget target_of(const std::filesystem::path& file) const {
        VideoTarget target{.file = file, .container = format.key.empty() ? "auto" : format.key};
        const bool is_inner = format.inputs.contains("codec");
        const Chosen& chosen = is_inner ? format : codec;
        const std::string path = is_inner ? "codec.encoding" : "encoding";
        if (is_inner) target.codec = format.text("codec");
        if (!is_inner && !codec.key.empty()) target.codec = codec.key;
        if (chosen.inputs.contains(path + ".crf")) target.crf = chosen.number(path + ".crf");
        if (chosen.inputs.contains(path + ".color_space")) target.color_space = chosen.text(path + ".color_space");
        if (target.color_space == "auto") target.color_space.clear();
        return target;
    }
};

}  // namespace

void register_save_video(Registry& registry) { registry.add<SaveVideo>("SaveVideo"); }

}  // namespace easel::nodes
