#include "inference/models/wan/scail/colored_tracks.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/detection/track_socket.hpp"

#include <cctype>
#include <sstream>
#include <string>
#include <variant>

namespace easel::nodes {
namespace {

struct SCAIL2ColoredMask {
    inference::ObjectTrack driving_track_data;
    std::string object_indices;
    std::string sort_by = "left_to_right";
    bool replacement_mode = false;
    std::optional<std::variant<inference::ObjectTrack, Mask>> ref_track_data;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_scail";
        s.category = "model/conditioning/wan/scail";
        s.display_name = "Create SCAIL-2 Colored Mask";
        s.experimental = true;
        s.in("driving_track_data", &SCAIL2ColoredMask::driving_track_data)
            .tooltip("SAM3 track of the driving pose video. Will be rendered into the pose_video_mask output.");
        s.in("object_indices", &SCAIL2ColoredMask::object_indices)
            .option("multiline", false)
            .tooltip("Comma-separated list of person indices to include (e.g. '0,2,3'). Applied to both reference and "
                     "pose video masks. Empty = all.");
        s.in("sort_by", &SCAIL2ColoredMask::sort_by)
            .choices(one_of({"none", "left_to_right", "area"}))
            .default_value("left_to_right")
            .tooltip("Order in which palette colors are assigned to the tracked objects (applied to both reference and "
                     "pose video so each identity keeps the same color). Objects that appear in earlier frames always "
                     "come first; within a frame, left_to_right = leftmost object (by centroid at first appearance) "
                     "gets the first color, area = biggest object (by mask area at first appearance) gets the first "
                     "color; none = keep SAM3's order.");
        s.in("replacement_mode", &SCAIL2ColoredMask::replacement_mode)
            .tooltip("False = Animation Mode (pose_video_mask has black background, reference_image_mask has white "
                     "background). True = Replacement Mode (pose_video_mask has white background, reference_image_mask "
                     "has black background).");
        s.in("ref_track_data", &SCAIL2ColoredMask::ref_track_data)
            .option("display_name", "reference_masks")
            .tooltip("SAM3 track of the reference image(s) (one identity per object, colored in batch order), or a "
                     "plain MASK of the reference subject (rendered as a single identity).");
        s.out("pose_video_mask");
        s.out("reference_image_mask");
    }

    std::tuple<Image, Image> execute() const {
        const inference::ObjectTrack driving = prepared(driving_track_data);
        const bool on_white = !replacement_mode;  // the references; the film the other way round
        Tensor references = at::full({1, driving.height, driving.width, 3}, on_white ? 1.0 : 0.0, at::kFloat);
        if (ref_track_data) {
            const auto* track = std::get_if<inference::ObjectTrack>(&*ref_track_data);
            references = track != nullptr
                             ? inference::wan::colored(prepared(*track), on_white)
                             : inference::wan::colored_mask(std::get<Mask>(*ref_track_data).values, on_white);
        }
        return {Image{inference::wan::colored(driving, replacement_mode)}, Image{references}};
    }

private:
    inference::ObjectTrack prepared(const inference::ObjectTrack& track) const {
        const inference::ObjectTrack sorted = inference::wan::ordered(track, sort_by);
        std::vector<std::int64_t> numbers;
        std::istringstream words(object_indices);
        for (std::string word; std::getline(words, word, ',');) {
            std::erase_if(word, [](unsigned char letter) { return std::isspace(letter) != 0; });
            const bool is_number =
                !word.empty() && word.size() < 10 && word.find_first_not_of("0123456789") == word.npos;
            if (is_number) numbers.push_back(std::stoll(word));
        }
        const bool takes_all = object_indices.find_first_not_of(" \t\n") == object_indices.npos;
        return takes_all ? sorted : inference::wan::chosen(sorted, numbers);
    }
};

}  // namespace

void register_scail2_colored_mask(Registry& registry) { registry.add<SCAIL2ColoredMask>("SCAIL2ColoredMask"); }

}  // namespace easel::nodes
