// What writeFileAtomically and writeFolderAtomically (files.h) have begun and not yet renamed.
#pragma once

namespace tritlab {

// Removes it, from any thread: for a process that is about to end in the middle of its work. Who writes it gets an
// error. Never throws.
void removeUnfinishedFiles() noexcept;

}  // namespace tritlab
