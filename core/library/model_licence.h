// Under which licence a model is given, as far as its files say: GGUF's general.license, the front matter of a model
// card, or a licence file beside the weights.
#pragma once

#include <filesystem>
#include <string>

#include "core/formats/gguf.h"

namespace tritlab {

struct Licence {
    std::string name;  // "apache-2.0", or the first line of a licence file; empty: nothing says
    std::string from;  // the key or file that says so
};

Licence licenceOf(const GgufFile& file);
// A folder's README.md (`license:` of its front matter, `license_name:` where that is "other"), else the first line
// with words of LICENSE, LICENSE.txt, LICENSE.md, COPYING or NOTICE.
Licence licenceOf(const std::filesystem::path& folder);

}  // namespace tritlab
