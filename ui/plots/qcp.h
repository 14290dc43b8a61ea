// QCustomPlot's header with the project's QT_NO_KEYWORDS: it spells `signals`, `slots`, `emit` and `foreach` as
// keywords.
#pragma once

#include <QtPrintSupport/QtPrintSupport>
#include <QtWidgets/QtWidgets>

#ifndef signals
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit
#define foreach Q_FOREACH
#define TRITLAB_DEFINED_QT_KEYWORDS
#endif
#include <qcustomplot.h>
#ifdef TRITLAB_DEFINED_QT_KEYWORDS
#undef signals
#undef slots
#undef emit
#undef foreach
#undef TRITLAB_DEFINED_QT_KEYWORDS
#endif
