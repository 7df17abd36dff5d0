#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct T5TokenizerOptions {
    Clip clip;
    std::int64_t min_padding = 0;
    std::int64_t min_length = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cond";
        s.category = "model/conditioning";
        s.display_name = "T5 Tokenizer Options";
        s.experimental = true;
        s.in("clip", &T5TokenizerOptions::clip);
        s.in("min_padding", &T5TokenizerOptions::min_padding).range(0, 10000).step(1);
        s.in("min_length", &T5TokenizerOptions::min_length).range(0, 10000).step(1);
    }

    Clip execute() const {
        std::map<std::string, double, std::less<>> settings;
        for (const char* encoder : {"t5xxl", "pile_t5xl", "t5base", "mt5xl", "umt5xxl"}) {
            settings[std::string(encoder) + "_min_padding"] = static_cast<double>(min_padding);
            settings[std::string(encoder) + "_min_length"] = static_cast<double>(min_length);
        }
        return clip.with_settings(settings);
    }
};

}  // namespace

void register_t5_tokenizer_options(Registry& registry) { registry.add<T5TokenizerOptions>("T5TokenizerOptions"); }

}  // namespace easel::nodes
