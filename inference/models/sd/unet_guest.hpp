// A network that works inside a UNet and takes the place of joining features and skip connections.
#pragma once

#include "inference/models/network_patches.hpp"

#include <cstdint>

namespace easel::inference::sd {

// Comes with a network's input, as an attachment. Calls of one evaluation come in the order of the blocks.
class UnetGuest : public Attachment {
public:
    static constexpr std::string_view name = "unet_guest";

    // What the middle of the UNet made, [batch, channels, h, w].
    virtual Tensor after_middle(const Tensor& h) const = 0;
    // What goes into an output block: `h` and `skip` in one way or another beside each other.
    virtual Tensor joined(const Features& features) const = 0;
    // What an output block made, before its resolution doubles.
    virtual Tensor before_growing(const Tensor& h) const = 0;
};

// Null where nobody came.
inline const UnetGuest* guest_of(const NetworkInput& input) {
    const auto found = input.attached.find(UnetGuest::name);
    return found == input.attached.end() ? nullptr : dynamic_cast<const UnetGuest*>(found->second.get());
}

}  // namespace easel::inference::sd
