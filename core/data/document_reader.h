// A source's files as a stream of text in bounded memory: plain text (a file is a document) and JSON (a line, or an
// element of an array, is one), packed by gzip or zstd or not. What cannot be used is counted by reason and remembered
// with its place, then passed over.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/config/run_config.h"
#include "core/data/dataset.h"

namespace tritlab {

struct SourceFile {
    std::filesystem::path path;
    std::int64_t bytes = 0;  // of its text: unpacked, in UTF-8
    bool json = false;
};

// One source resolved to files: itself, or a folder's files in order of their paths (hidden ones left out). Throws
// Error for what is missing, empty, or holds no file.
struct SourceFiles {
    std::string path;  // as the config has it
    bool folder = false;
    std::vector<SourceFile> files;
    std::int64_t bytes = 0;
};
SourceFiles listSource(const std::string& path);

// A piece of a document. Pieces follow the rule of text_pieces.h, so encoding them one by one gives the document's
// tokens.
struct TextPiece {
    std::string text;
    bool begins = false, ends = false;  // of its document
    bool heldOut = false;
    bool control = false;  // a control token of the template, as it is written
};

struct Split {
    double heldOut = 0;
    HeldOutFrom from = HeldOutFrom::End;
};

struct ReadCounts {
    std::int64_t documents = 0, trainBytes = 0, heldOutDocuments = 0, heldOutBytes = 0;
    SkipReport skips;
};

// Reads all of the source and gives each piece to `take`; `take` returns false to end early. End: what begins at or
// after (1 - heldOut) of the source's bytes is held out, text at a line's border. Spread: documents by a hash of their
// text; plain text in blocks of some kilobytes of whole lines, each switch starting a document. `progress` gets bytes
// read so far. Throws Error for a binary or wholly broken file (in a folder: passes over it, and throws where none is
// left).
ReadCounts readSource(const SourceFiles& source, Template chatTemplate, const Split& split,
                      const std::function<bool(const TextPiece&)>& take,
                      const std::function<void(std::int64_t)>& progress, const StopToken& stop);

}  // namespace tritlab
