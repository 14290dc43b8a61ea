// sentencepiece writes its own log to stderr; what it has to say comes back as a status and becomes an Error here.
#pragma once

namespace sentencepiece::logging {
void SetMinLogLevel(int level);  // exported by the library, in none of its installed headers
}

namespace tritlab {

inline void silenceSentencePiece() { sentencepiece::logging::SetMinLogLevel(4); }  // 3 is 'fatal', the last

}  // namespace tritlab
