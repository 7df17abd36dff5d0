// Bytes written as text.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// Bytes of base64; characters outside of its alphabet are passed over.
std::string decode_base64(std::string_view text);

}  // namespace easel
