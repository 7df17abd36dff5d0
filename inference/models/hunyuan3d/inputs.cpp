#include "inference/models/hunyuan3d/inputs.hpp"

#include "base/error.hpp"

namespace easel::inference::hunyuan3d {

void set_picture_inputs(NetworkInput& input, const Condition& condition) {
    if (!condition.cross.defined())
        throw UserError("the conditioning holds no features of pictures, which Hunyuan3D needs: make it with "
                        "Hunyuan3Dv2Conditioning");
    input.context = condition.cross;
    input.context_repeats = false;
}

}  // namespace easel::inference::hunyuan3d
