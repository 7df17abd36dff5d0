#include "nodes/text/text_writing.hpp"

namespace easel::nodes {
namespace {

struct TextGenerate : TextWriting {
    static void declare(Schema& s) {
        declare_text_writing(s);
        s.display_name = "Generate Text";
        s.search_aliases = {"LLM", "gemma"};
    }

    std::string execute(Context& context) const { return written(prompt, context); }
};

}  // namespace

void register_text_generate(Registry& registry) { registry.add<TextGenerate>("TextGenerate"); }

}  // namespace easel::nodes
