// ByT5's tokenizer (Xue et al. 2022): every byte is a token.
#pragma once

#include <string_view>
#include <vector>

namespace easel::inference {

// The tokens of a text, without the end. `</s>`, `<extra_id_0>` and the like in it are the tokens.
std::vector<int> byte_tokens(std::string_view text);

}  // namespace easel::inference
