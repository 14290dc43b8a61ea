// The frozen config of a run; of several runs, what differs.
#pragma once

#include "ui/pages/table_page.h"

class QCheckBox;

namespace tritlab {

class ConfigPage : public Page {
    Q_OBJECT
public:
    explicit ConfigPage(PageContext context, QWidget* parent = nullptr);

protected:
    void reload() override;

private:
    QStringList columnRuns_;
    TextTableView* table_;
    QCheckBox* onlyDifferences_;
};

}  // namespace tritlab
