#include "inference/vision/sam3/track.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/detection/track_socket.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace easel::nodes {
namespace {

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\r\f\v";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The numbers below `count` in a list with commas; what is no number is passed over. An empty text names all.
std::vector<std::int64_t> object_numbers(std::string_view list, std::int64_t count) {
    std::vector<std::int64_t> numbers;
    if (without_blanks(list).empty())
        for (std::int64_t i = 0; i < count; ++i)
            numbers.push_back(i);
    else
        for (std::size_t first = 0; first <= list.size();) {
            const std::size_t comma = std::min(list.find(',', first), list.size());
            const std::string part(without_blanks(list.substr(first, comma - first)));
            first = comma + 1;
            constexpr std::size_t most_digits = 9;
            if (part.empty() || part.size() > most_digits || part.find_first_not_of("0123456789") != std::string::npos)
                continue;
            if (const std::int64_t number = std::stoll(part); number < count) numbers.push_back(number);
        }
    return numbers;
}

struct SAM3_TrackToMask {
    inference::ObjectTrack track_data;
    std::string object_indices;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sam3";
        s.category = "image/detection";
        s.display_name = "SAM3 Track to Mask";
        s.in("track_data", &SAM3_TrackToMask::track_data).option("display_name", "track_data");
        s.in("object_indices", &SAM3_TrackToMask::object_indices)
            .option("display_name", "object_indices")
            .option("multiline", false)
            .tooltip("Comma-separated object indices to include (e.g. '0,2,3'). Empty = all objects.");
        s.out("masks");
    }

    Mask execute() const {
        return {inference::tracked_masks(track_data, object_numbers(object_indices, track_data.objects()))};
    }
};

}  // namespace

void register_sam3_track_to_mask(Registry& registry) { registry.add<SAM3_TrackToMask>("SAM3_TrackToMask"); }

}  // namespace easel::nodes
