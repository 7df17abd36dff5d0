// MediaPipe's face landmarker (Kartynnik et al. 2019, arXiv 1907.06724): faces that a detector finds, and 478 points on
// each of them.
#pragma once

#include "inference/vision/face/blaze_face.hpp"
#include "inference/vision/face/layers.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace easel::inference {

struct Face {
    std::array<float, 4> box;                  // left, top, right, bottom of the points, in pixels
    std::vector<std::array<float, 2>> points;  // x and y in pixels
    double score;                              // the detector's, 0..1
};

// Parts of a face by their names ("lips", "face_oval", ...), as pairs of numbers of points that a line connects.
using FaceParts = std::map<std::string, std::vector<std::pair<int64_t, int64_t>>, std::less<>>;

// The faces of each frame of a video.
struct FaceLandmarks {
    std::vector<std::vector<Face>> frames;
    int64_t width, height;  // of the pictures
    std::shared_ptr<const FaceParts> parts;
};

enum class FaceRange { near, far, both };                          // of faces from the camera; the better of both
enum class MissingFaces { stay_missing, previous, interpolated };  // where a frame shows none

struct FaceSearch {
    FaceRange range = FaceRange::near;
    int64_t most_faces = 1;  // of a frame; 0: any number
    double least_score = 0.5;
    MissingFaces missing = MissingFaces::stay_missing;
};

class FaceLandmarker {
public:
    // The tensors of such a file; empty when it is none.
    static TensorMap tensors(const TensorMap& file);

    // `w` holds what `tensors` returned; throws MissingWeight.
    explicit FaceLandmarker(const Weights& w);

    // What is seen on `pictures` [frames, height, width, 3 or more] in 0..1. `on_frame` is told how many frames are
    // done, of all that are looked at. (MediaPipeFaceLandmarker of the reference)
    FaceLandmarks operator()(const Tensor& pictures, const FaceSearch& search,
                             const std::function<void(int64_t done, int64_t total)>& on_frame) const;

private:
    // Finds 478 points on a face that fills its picture.
    struct Mesh {
        face::Conv stem;
        face::Slope stem_slope;
        std::vector<face::BlazeBlock> blocks;
        face::Conv reduce;
        face::Slope reduce_slope;
        face::BlazeBlock head;
        face::Conv points;

        explicit Mesh(const Weights& w);
        // `picture` [1, 3, 192, 192] in 0..1 gives [478, 3] in its pixels.
        Tensor operator()(const Tensor& picture) const;
    };

    // On one picture [3, height, width] in 0..255.
    std::vector<Face> faces_on(const Tensor& picture, const face::Detector& detector, const FaceSearch& search) const;

    Weights weights_;
    face::NearDetector near_;
    face::FarDetector far_;
    Mesh mesh_;
    std::shared_ptr<const FaceParts> parts_;
};

}  // namespace easel::inference
