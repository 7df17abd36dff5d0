#include "inference/vae/latent_format.hpp"

namespace easel::inference {
namespace {

// One value for each channel, shaped to broadcast over a latent.
Tensor per_channel(const std::vector<double>& values, const Tensor& latent) {
    std::vector<int64_t> shape(static_cast<std::size_t>(latent.dim()), 1);
    shape[1] = static_cast<int64_t>(values.size());
    return at::tensor(values, at::kDouble).to(latent.options()).reshape(shape);
}

}  // namespace

Tensor LatentFormat::to_model(const Tensor& latent) const {
    if (!mean.empty()) return (latent - per_channel(mean, latent)) * scale / per_channel(deviation, latent);
    return (shift == 0.0 ? latent : latent - shift) * scale;
}

Tensor LatentFormat::from_model(const Tensor& latent) const {
    if (!mean.empty()) return latent * per_channel(deviation, latent) / scale + per_channel(mean, latent);
    return shift == 0.0 ? latent / scale : latent / scale + shift;
}

LatentFormat sd15_latent_format() {
    return {
        .scale = 0.18215,
        .rgb_factors = {{0.3512, 0.2297, 0.3227},
                        {0.325, 0.4974, 0.235},
                        {-0.2829, 0.1762, 0.2721},
                        {-0.212, -0.2616, -0.7177}},
    };
}

LatentFormat sdxl_latent_format() {
    return {
        .scale = 0.13025,
        .rgb_factors = {{0.3651, 0.4232, 0.4341},
                        {-0.2533, -0.0042, 0.1068},
                        {0.1076, 0.1111, -0.0362},
                        {-0.3165, -0.2492, -0.2188}},
        .rgb_bias = {0.1084, -0.0175, -0.0011},
    };
}

LatentFormat sd3_latent_format() {
    return {
        .channels = 16,
        .scale = 1.5305,
        .shift = 0.0609,
        .rgb_factors = {{-0.0922, -0.0175, 0.0749},
                        {0.0311, 0.0633, 0.0954},
                        {0.1994, 0.0927, 0.0458},
                        {0.0856, 0.0339, 0.0902},
                        {0.0587, 0.0272, -0.0496},
                        {-0.0006, 0.1104, 0.0309},
                        {0.0978, 0.0306, 0.0427},
                        {-0.0042, 0.1038, 0.1358},
                        {-0.0194, 0.002, 0.0669},
                        {-0.0488, 0.013, -0.0268},
                        {0.0922, 0.0988, 0.0951},
                        {-0.0278, 0.0524, -0.0542},
                        {0.0332, 0.0456, 0.0895},
                        {-0.0069, -0.003, -0.081},
                        {-0.0596, -0.0465, -0.0293},
                        {-0.1448, -0.1463, -0.1189}},
        .rgb_bias = {0.2394, 0.2135, 0.1925},
    };
}

LatentFormat flux_latent_format() {
    return {
        .channels = 16,
        .scale = 0.3611,
        .shift = 0.1159,
        .rgb_factors = {{-0.0346, 0.0244, 0.0681},
                        {0.0034, 0.021, 0.0687},
                        {0.0275, -0.0668, -0.0433},
                        {-0.0174, 0.016, 0.0617},
                        {0.0859, 0.0721, 0.0329},
                        {0.0004, 0.0383, 0.0115},
                        {0.0405, 0.0861, 0.0915},
                        {-0.0236, -0.0185, -0.0259},
                        {-0.0245, 0.025, 0.118},
                        {0.1008, 0.0755, -0.0421},
                        {-0.0515, 0.0201, 0.0011},
                        {0.0428, -0.0012, -0.0036},
                        {0.0817, 0.0765, 0.0749},
                        {-0.1264, -0.0522, -0.1103},
                        {-0.028, -0.0881, -0.0499},
                        {-0.1262, -0.0982, -0.0778}},
        .rgb_bias = {-0.0329, -0.0718, -0.0851},
    };
}

LatentFormat wan21_latent_format() {
    return {
        .channels = 16,
        .dimensions = 3,
        .mean = {-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
                 0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921},
        .deviation = {2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
                      3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.916},
        .rgb_factors = {{-0.1299, -0.1692, 0.2932},
                        {0.0671, 0.0406, 0.0442},
                        {0.3568, 0.2548, 0.1747},
                        {0.0372, 0.2344, 0.142},
                        {0.0313, 0.0189, -0.0328},
                        {0.0296, -0.0956, -0.0665},
                        {-0.3477, -0.4059, -0.2925},
                        {0.0166, 0.1902, 0.1975},
                        {-0.0412, 0.0267, -0.1364},
                        {-0.1293, 0.074, 0.1636},
                        {0.068, 0.3019, 0.1128},
                        {0.0032, 0.0581, 0.0639},
                        {-0.1251, 0.0927, 0.1699},
                        {0.006, -0.0633, 0.0005},
                        {0.3477, 0.2275, 0.295},
                        {0.1984, 0.0913, 0.1861}},
        .rgb_bias = {-0.1835, -0.0868, -0.336},
    };
}

}  // namespace easel::inference
