// What happened in a run, as its log tells.
#pragma once

#include "ui/pages/table_page.h"

namespace tritlab {

class LogPage : public Page {
    Q_OBJECT
public:
    explicit LogPage(PageContext context, QWidget* parent = nullptr);

protected:
    void reload() override;
    void recolour() override;
    void refreshRun(const QString& run) override;

private:
    void ask();
    TextTableView* table_;
    QString shown_;
    std::int64_t last_ = 0;
    bool asking_ = false, again_ = false;
};

}  // namespace tritlab
