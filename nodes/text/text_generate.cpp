#include "nodes/text/text_writing.hpp"

namespace easel::nodes {
namespace {

struct TextGenerate {
    Clip clip;
    std::string prompt;
    std::int64_t max_length = 512;
    Chosen sampling_mode;
    std::optional<Image> image;
    std::optional<Image> video;
    std::optional<Audio> audio;
    bool thinking = false;
    bool use_default_template = true;

    static void declare(Schema& s) {
        declare_text_writing<TextGenerate>(s);
        s.display_name = "Generate Text";
        s.search_aliases = {"LLM", "gemma"};
    }

    std::string execute(Context& context) const { return written_text(*this, prompt, context); }
};

}  // namespace

void register_text_generate(Registry& registry) { registry.add<TextGenerate>("TextGenerate"); }

}  // namespace easel::nodes
