// Every text of the window goes through tr(): a translator that marks what it is asked for is installed, and what is
// then shown without the mark is either data (names, keys, figures) or a string that nobody can translate.
#include <QAbstractButton>
#include <QComboBox>
#include <QFile>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProcess>
#include <QRegularExpression>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTextDocumentFragment>
#include <QTranslator>
#include <QXmlStreamReader>
#include <mutex>
#include <set>

#include "core/data/dataset.h"
#include "sweep_fixture.h"
#include "ui/forms/run_form.h"
#include "ui/plots/qcp.h"
#include "ui/theme/plurals.h"
#include "ui/theme/translation.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

const QChar mark(0x27e6);  // no text of the program has it

using Asked = std::set<std::pair<QString, QString>>;  // context, text

class Marker : public QTranslator {
public:
    [[nodiscard]] bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char*, int) const override {
        if (*source == '\0') return {};      // the unit of a field that has none
        const std::lock_guard lock(mutex_);  // workers ask, too
        asked_.emplace(QString::fromUtf8(context), QString::fromUtf8(source));
        return mark + QString::fromUtf8(source);
    }
    [[nodiscard]] Asked asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

private:
    mutable std::mutex mutex_;
    mutable Asked asked_;
};

// What a .ts file gives to translate.
Asked textsOf(const QString& path) {
    QFile file(path);
    Asked texts;
    if (!file.open(QIODevice::ReadOnly)) return texts;
    QXmlStreamReader xml(&file);
    for (QString context; !xml.atEnd(); xml.readNext()) {
        if (!xml.isStartElement()) continue;
        if (xml.name() == QLatin1String("name")) context = xml.readElementText();
        else if (xml.name() == QLatin1String("source")) texts.emplace(context, xml.readElementText());
    }
    return texts;
}

struct Shown {
    QString where, text;
};

std::vector<Shown> shownTexts(const QWidget& window) {
    std::vector<Shown> all;
    const auto add = [&all](const QObject* of, const char* what, const QString& text) {
        all.push_back({QString("%1 %2, %3").arg(of->metaObject()->className(), of->objectName(), what), text});
    };
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->objectName().startsWith("qt_")) continue;
        add(widget, "tool tip", widget->toolTip());
        add(widget, "accessible name", widget->accessibleName());
        if (const auto* label = qobject_cast<const QLabel*>(widget)) add(label, "text", label->text());
        if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) add(button, "text", button->text());
        if (const auto* box = qobject_cast<const QGroupBox*>(widget)) add(box, "title", box->title());
        if (const auto* edit = qobject_cast<const QLineEdit*>(widget))
            add(edit, "placeholder", edit->placeholderText());
        if (const auto* tabs = qobject_cast<const QTabWidget*>(widget))
            for (int i = 0; i < tabs->count(); ++i) add(tabs, "tab", tabs->tabText(i));
        if (const auto* combo = qobject_cast<const QComboBox*>(widget))
            for (int i = 0; i < combo->count(); ++i) add(combo, "item", combo->itemText(i));
        if (const auto* list = qobject_cast<const QListWidget*>(widget))
            for (int i = 0; i < list->count(); ++i) add(list, "item", list->item(i)->text());
        if (const auto* table = qobject_cast<const QTableView*>(widget); table != nullptr && table->model() != nullptr)
            for (int i = 0; i < table->model()->columnCount(); ++i)
                add(table, "column", table->model()->headerData(i, Qt::Horizontal).toString());
        if (const auto* plot = qobject_cast<const QCustomPlot*>(widget))
            for (const QCPAxis* axis : {plot->xAxis, plot->yAxis}) add(plot, "axis", axis->label());
        for (const QAction* action : widget->actions()) {
            add(action, "text", action->text());
            add(action, "tool tip", action->toolTip());
        }
    }
    return all;
}

// Words that are not marked and are no data.
QStringList untranslated(const QWidget& window, const std::set<QString>& data) {
    static const QRegularExpression word("\\p{L}{3,}");
    QStringList found;
    for (const auto& [where, text] : shownTexts(window)) {
        const QString plain = Qt::mightBeRichText(text) ? QTextDocumentFragment::fromHtml(text).toPlainText() : text;
        if (plain.contains(mark) || !plain.contains(word)) continue;
        if (data.contains(plain) || std::any_of(data.begin(), data.end(), [&plain](const QString& each) {
                return each.size() > 4 && plain.contains(each);
            }))
            continue;
        const QString line = where + ": " + plain;
        if (!found.contains(line)) found << line;
    }
    return found;
}

}  // namespace

class TestTranslation : public QObject {
    Q_OBJECT
    Marker marker_;
    std::unique_ptr<StoreFixture> fixture_;
    std::unique_ptr<MainWindow> window_;
    std::set<QString> data_;

    void check(const QWidget& window) {
        const QStringList found = untranslated(window, data_);
        QVERIFY2(found.isEmpty(), qPrintable("\n" + found.join('\n')));
    }

private Q_SLOTS:
    void initTestCase() {
        installPlurals();
        QCoreApplication::installTranslator(&marker_);  // the last one is asked first
        fixture_ = std::make_unique<StoreFixture>();
        sweepRuns(*fixture_);
        for (const RunSummary& run : RunStore(fixture_->workspace).runs())
            data_.insert({QString::fromStdString(run.name), QString::fromStdString(run.id)});
        for (const SampleEvent& sample :
             RunStore(fixture_->workspace).samples(RunStore(fixture_->workspace).runs().front().id))
            data_.insert(QString::fromStdString(sample.prompt));
        std::error_code none;  // a build without the built-in texts has no such folder
        for (const auto& corpus : std::filesystem::directory_iterator(corporaFolder(), none))
            data_.insert(QString::fromStdString(corpus.path().stem().string()));
        for (const Field& field : fields()) data_.insert(QString::fromStdString(field.key));
        window_ = openWindow(*fixture_);
        window_->resize(1280, 800);
    }
    void cleanupTestCase() {
        window_.reset();
        QCoreApplication::removeTranslator(&marker_);
    }

    void windowAndPages() {
        for (int page = 0; page < window_->pages()->count(); ++page) {
            window_->pages()->setCurrentIndex(page);
            settle(*window_);
        }
        check(*window_);
    }
    void form() {
        RunForm* form = window_->openForm();
        form->loadPreset("tiny");
        settle(*window_);
        check(*form);
        form->reject();
    }
    void chat() {
        window_->showChat(true);
        settle(*window_);
        check(*window_);
        window_->showChat(false);
    }

    // What the window asked for above is what lupdate finds in the sources, under the same context: a text that stands
    // in a table without a marker, or in a function whose class lupdate cannot see, would stay English for ever.
    void everyTextIsFoundForTranslators() {
        QTemporaryDir folder;
        QProcess lupdate;
        lupdate.start(TRITLAB_LUPDATE, {"@" TRITLAB_TRANSLATED_SOURCES, "-I", TRITLAB_SOURCE_DIR, "-silent", "-ts",
                                        folder.filePath("found_de.ts")});
        QVERIFY(lupdate.waitForFinished(60000));
        QVERIFY2(lupdate.exitCode() == 0, lupdate.readAllStandardError());
        const Asked found = textsOf(folder.filePath("found_de.ts"));
        QVERIFY(found.size() > 900);
        QStringList missing;
        for (const auto& text : marker_.asked())
            if (!text.first.startsWith('Q') && found.count(text) == 0)  // Qt's own classes have Qt's translations
                missing << text.first + ": " + text.second;
        QVERIFY2(missing.isEmpty(), qPrintable("\n" + missing.join('\n')));
        // Texts of tables that are shown only now and then.
        for (const Field& field : fields())
            QVERIFY2(found.count({"Field", QString::fromUtf8(field.help)}) > 0, field.help);
    }

    // The compiled translations are in the program, and the locale's language chooses among them. A language without a
    // translated text is not installed: the window stays English as a whole.
    void translationsAreCompiledIn() {
        QTranslator german;
        QVERIFY(german.load(QLocale(QLocale::German, QLocale::Austria), "tritlab", "_", ":/i18n"));
        QVERIFY(german.filePath().endsWith("/tritlab_de.qm"));
        QCOMPARE(installTranslation(QLocale(QLocale::German, QLocale::Austria)), !german.isEmpty());
        QVERIFY(!installTranslation(QLocale(QLocale::Icelandic)));
    }

    // The check sees what it is for.
    void faultsAreFound() {
        QWidget box;
        new QLabel("plain words", &box);
        new QLabel(tr("marked words"), &box);
        new QLabel("0.25 k", &box);
        new QLabel("learning_rate = 3", &box);
        QCOMPARE(untranslated(box, data_).size(), 1);
    }
};

QTEST_MAIN(TestTranslation)
#include "test_translation.moc"
