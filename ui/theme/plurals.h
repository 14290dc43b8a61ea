// English numbers agree with their nouns: "%n run(s)" in the sources is shown as "1 run" and "2 runs". A translation
// that is installed later is asked first, and has Qt's numerus forms.
#pragma once

namespace tritlab {

void installPlurals();  // once for a QCoreApplication; again does nothing

}  // namespace tritlab
