// OpenCV's picture readers and writers, loaded when the first picture is read or written. Debian's build of them pulls
// in 120 libraries (GDAL, DICOM, ...), which would cost every start 60 ms and every idle server 38 MB. Linked in place
// of opencv_imgcodecs; callers include <opencv2/imgcodecs.hpp> and see no difference.
#include <opencv2/imgcodecs.hpp>

#include <dlfcn.h>

#include <string>
#include <vector>

namespace {

void* symbol(const char* mangled_name) {
    static void* const library = dlopen(EASEL_IMGCODECS, RTLD_NOW | RTLD_LOCAL);
    void* const found = library ? dlsym(library, mangled_name) : nullptr;
    if (!found) CV_Error(cv::Error::StsError, std::string("OpenCV's picture codecs cannot be loaded: ") + dlerror());
    return found;
}

}  // namespace

namespace cv {

Mat imdecode(InputArray file, int flags) {
    static const auto decode =
        reinterpret_cast<Mat (*)(InputArray, int)>(symbol("_ZN2cv8imdecodeERKNS_11_InputArrayEi"));
    return decode(file, flags);
}

bool imencode(const String& extension, InputArray picture, std::vector<uchar>& file, const std::vector<int>& options) {
    static const auto encode =
        reinterpret_cast<bool (*)(const String&, InputArray, std::vector<uchar>&, const std::vector<int>&)>(
            symbol("_ZN2cv8imencodeERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS_11_InputArrayE"
                   "RSt6vectorIhSaIhEERKSB_IiSaIiEE"));
    return encode(extension, picture, file, options);
}

}  // namespace cv
