#include "ui/pages/config_page.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "core/config/fields.h"
#include "ui/models/run_list_model.h"

namespace tritlab {

ConfigPage::ConfigPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("configPage");
    table_ = new TextTableView("configTable", tr("Config"), this);
    table_->setEmptyText(
        tr("Choose a run in the list to see the config that it was started with. Choose several to see what differs."));
    onlyDifferences_ = new QCheckBox(tr("Only what differs"), this);
    onlyDifferences_->setObjectName("onlyDifferences");
    onlyDifferences_->setChecked(true);
    table_->tools()->addWidget(onlyDifferences_);
    table_->tools()->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 0);
    layout->addWidget(table_);
    connect(onlyDifferences_, &QCheckBox::toggled, this, &ConfigPage::reload);
}

void ConfigPage::reload() {
    std::vector<const RunSummary*> runs;
    for (const QString& id : selected_.isEmpty() && !current_.isEmpty() ? QStringList{current_} : selected_) {
        if (const RunSummary* run = context_.runs->run(id)) runs.push_back(run);
    }
    onlyDifferences_->setVisible(runs.size() > 1);
    QStringList headers{tr("Section"), tr("Setting")};
    for (const RunSummary* run : runs) headers << QString::fromStdString(run->name);
    if (runs.size() <= 1) headers << tr("Unit") << tr("Key");
    std::vector<TableRow> rows;
    for (const Field& field : fields()) {
        TableRow row{QString::fromStdString(field.key),
                     {{QCoreApplication::translate("Field", groupLabel(field.group)),
                       {},
                       palette().color(QPalette::PlaceholderText),
                       {},
                       false},
                      {QCoreApplication::translate("Field", field.label),
                       {},
                       {},
                       QCoreApplication::translate("Field", field.help),
                       false}}};
        QStringList values;
        for (const RunSummary* run : runs) {
            const bool applies = field.applies(run->config);
            values << (applies ? QString::fromStdString(valueText(field, field.get(run->config)))
                               : QStringLiteral("–"));
            row.cells.push_back(
                {QString(values.last()).replace('\n', QStringLiteral(" ⏎ ")), {}, {}, values.last(), false});
        }
        const bool same = values.count(values.value(0)) == values.size();
        if (runs.empty() || (runs.size() > 1 && onlyDifferences_->isChecked() && same)) continue;
        if (values.count(QStringLiteral("–")) == values.size()) continue;
        if (runs.size() == 1) {
            row.cells.push_back({QCoreApplication::translate("Field", field.unit), {}, {}, {}, false});
            row.cells.push_back({row.key, {}, palette().color(QPalette::PlaceholderText), {}, false});
        }
        rows.push_back(std::move(row));
    }
    table_->model()->setTable(headers, std::move(rows));
    table_->refresh();
}

}  // namespace tritlab
