// What every page of a run shares: the models it reads, and the runs that it is about.
#pragma once

#include <QEvent>
#include <QJsonObject>
#include <QWidget>

#include "core/store/run_store.h"

namespace tritlab {

class RunListModel;
class SeriesCache;
class StoreReader;

struct PageContext {
    RunListModel* runs;
    StoreReader* reader;
    SeriesCache* series;
};

class Page : public QWidget {
    Q_OBJECT
public:
    Page(PageContext context, QWidget* parent) : QWidget(parent), context_(context) {}
    // The run that stands for the selection, and all selected ones.
    void setRuns(const QString& current, const QStringList& selected) {
        const bool other = current != current_ || selected != selected_;
        current_ = current;
        selected_ = selected;
        if (other && isVisible()) reload();
        else stale_ |= other;
    }
    void runChanged(const QString& run) {
        if (!concerns(run)) return;
        if (isVisible()) refreshRun(run);
        else stale_ = true;
    }
    [[nodiscard]] const QString& current() const { return current_; }
    // How the person has set the page up, for the window's settings; and its name there: "charts" of "chartsPage".
    [[nodiscard]] QString settingsKey() const { return objectName().chopped(4); }
    [[nodiscard]] virtual QJsonObject state() const { return {}; }
    virtual void setState(const QJsonObject&) {}

protected:
    void markStale() { stale_ = true; }                    // to be loaded anew when it is shown
    virtual void reload() = 0;                             // other runs, or shown again after changes
    virtual void recolour() { reload(); }                  // another theme
    virtual void refreshRun(const QString&) { reload(); }  // one of them has something new
    [[nodiscard]] virtual bool concerns(const QString& run) const { return run == current_ || selected_.contains(run); }
    void showEvent(QShowEvent* event) override {
        QWidget::showEvent(event);
        if (std::exchange(recolourLater_, false)) recolour();
        if (std::exchange(stale_, false)) reload();
    }
    void changeEvent(QEvent* event) override {
        QWidget::changeEvent(event);
        if (event->type() != QEvent::PaletteChange) return;
        if (isVisible()) recolour();
        else recolourLater_ = true;
    }
    PageContext context_;
    QString current_;
    QStringList selected_;

private:
    bool stale_ = true, recolourLater_ = false;
};

}  // namespace tritlab
