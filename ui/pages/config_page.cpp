#include "ui/pages/config_page.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>

#include "core/store/run_settings.h"
#include "ui/models/run_list_model.h"

namespace tritlab {

namespace {

QString emptyText() {
    return ConfigPage::tr(
        "Choose a run in the list to see the config that it was started with. Choose several to see what differs.");
}

}  // namespace

ConfigPage::ConfigPage(PageContext pageContext, QWidget* parent) : Page(pageContext, parent) {
    setObjectName("configPage");
    table_ = new TextTableView("configTable", tr("Config"), this);
    table_->setEmptyText(emptyText());
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
    for (SettingRow& setting : settingRows(runs)) {
        // of one run what is known, of several all that somebody knows of one of them
        const bool told = std::any_of(setting.values.begin(), setting.values.end(),
                                      [](const auto& value) { return value && !value->empty(); });
        if (!told || (runs.size() > 1 && onlyDifferences_->isChecked() && !setting.differs)) continue;
        const Field* field = setting.field;
        const QString key = QString::fromStdString(setting.key);
        TableRow row{
            key,
            {{field != nullptr ? QCoreApplication::translate("Field", groupLabel(field->group)) : tr("As told"),
              {},
              palette().color(QPalette::PlaceholderText),
              {},
              false},
             {field != nullptr ? QCoreApplication::translate("Field", field->label) : key,
              {},
              {},
              field != nullptr ? QCoreApplication::translate("Field", field->help)
                               : tr("A setting that the program that trained the run told under this name."),
              false}}};
        for (const auto& value : setting.values) {
            const QString text = !value           ? tr("unknown")
                                 : value->empty() ? QStringLiteral("–")
                                                  : QString::fromStdString(*value);
            const QColor color = value ? QColor() : palette().color(QPalette::PlaceholderText);
            row.cells.push_back({QString(text).replace('\n', QStringLiteral(" ⏎ ")), {}, color, text, false});
        }
        if (runs.size() == 1) {
            row.cells.push_back(
                {field != nullptr ? QCoreApplication::translate("Field", field->unit) : QString(), {}, {}, {}, false});
            row.cells.push_back({row.key, {}, palette().color(QPalette::PlaceholderText), {}, false});
        }
        rows.push_back(std::move(row));
    }
    const bool foreign = runs.size() == 1 && runs.front()->foreign;
    table_->setEmptyText(foreign ? tr("Another program trained this run, and its files say nothing of the settings.")
                                 : emptyText());
    table_->model()->setTable(headers, std::move(rows));
    table_->refresh();
}

}  // namespace tritlab
