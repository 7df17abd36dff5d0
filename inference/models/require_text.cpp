#include "inference/models/require_text.hpp"

#include "base/error.hpp"

#include <string>

namespace easel::inference {

void require_text(const NetworkInput& input, std::string_view model) {
    if (input.context.defined()) return;
    throw UserError("the conditioning holds no text, which " + std::string(model) + " needs");
}

}  // namespace easel::inference
