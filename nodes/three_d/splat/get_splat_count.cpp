#include "nodes/three_d/grouped_number.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct GetSplatCount {
    inference::Splats splat;
    std::string unique_id;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Get Splat Count";
        s.description = "Returns the number of splats summed across the batch.";
        s.search_aliases = {"splat count", "gaussian count", "number of splats", "splat info"};
        s.in("splat", &GetSplatCount::splat);
        s.hidden_in("unique_id", "UNIQUE_ID", &GetSplatCount::unique_id);
        s.out("splat");
        s.out("count");
    }

    std::tuple<inference::Splats, std::int64_t> execute(Context& context) const {
        std::int64_t count = 0;
        for (const inference::Splat& item : splat)
            count += item.count();
        context.text(grouped(count) + " splats");
        return {splat, count};
    }
};

}  // namespace

void register_get_splat_count(Registry& registry) { registry.add<GetSplatCount>("GetSplatCount"); }

}  // namespace easel::nodes
