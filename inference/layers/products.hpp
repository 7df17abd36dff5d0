// In which precision this processor multiplies fastest. That a processor has instructions for a precision says little:
// some run those for bfloat16 at half the rate of float32.
#pragma once

namespace easel::inference {

enum class Products {
    single,    // float32
    half,      // float16, of activations that stay float32 (panel_products.hpp)
    bfloat16,  // bfloat16, activations too
};

// Found out when first asked, by timing a small product in every precision that the processor has instructions for;
// that takes some milliseconds. A precision below float32 has to be a quarter faster.
Products fastest_products();

// Whether float32 products of our own (panel_products.hpp) are about as fast as oneDNN's, found out in the same way.
// They are used then, because convolutions in them save multiplications (winograd.hpp).
bool has_fast_single_panels();

// Whether there are instructions for bfloat16 (avx512_bf16 or amx_bf16), fast or not.
bool has_bfloat16_products();

}  // namespace easel::inference
