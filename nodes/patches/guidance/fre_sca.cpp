#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FreSca {
    Model model;
    double scale_low = 1.0;
    double scale_high = 1.25;
    std::int64_t freq_cutoff = 20;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_fresca";
        s.category = "experimental";
        s.display_name = "FreSca";
        s.description = "Applies frequency-dependent scaling to the guidance";
        s.experimental = true;
        s.search_aliases = {"frequency guidance"};
        s.in("model", &FreSca::model);
        s.in("scale_low", &FreSca::scale_low)
            .range(0, 10)
            .step(0.01)
            .advanced()
            .tooltip("Scaling factor for low-frequency components");
        s.in("scale_high", &FreSca::scale_high)
            .range(0, 10)
            .step(0.01)
            .advanced()
            .tooltip("Scaling factor for high-frequency components");
        s.in("freq_cutoff", &FreSca::freq_cutoff)
            .range(1, 10000)
            .step(1)
            .advanced()
            .tooltip("Number of frequency indices around center to consider as low-frequency");
    }

    Model execute() const {
        return inference::frequency_guidance(model, {.low = scale_low, .high = scale_high, .cutoff = freq_cutoff});
    }
};

}  // namespace

void register_fre_sca(Registry& registry) { registry.add<FreSca>("FreSca"); }

}  // namespace easel::nodes
