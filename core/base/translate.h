// Marks a text of core for translation: lupdate finds it under its context, the window translates it, core needs no Qt.
#pragma once

#ifndef QT_TRANSLATE_NOOP
#define QT_TRANSLATE_NOOP(context, text) text
#endif
