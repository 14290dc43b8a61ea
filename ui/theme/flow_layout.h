// A bar of controls that breaks into a second line where the window is narrow, instead of holding the window wide.
#pragma once

#include <QLayout>
#include <vector>

namespace tritlab {

class FlowLayout : public QLayout {
public:
    explicit FlowLayout(QWidget* parent);
    ~FlowLayout() override;

    // A control with the words that name it, which stay together.
    void addLabelled(const QString& text, QWidget* buddy);
    // What follows stands at the right end of its line.
    void pushRight() { right_ = items_.size(); }

    void addItem(QLayoutItem* item) override;
    [[nodiscard]] int count() const override { return static_cast<int>(items_.size()); }
    [[nodiscard]] QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
    [[nodiscard]] QSize minimumSize() const override;  // of the widest control alone
    [[nodiscard]] QSize sizeHint() const override;     // of all in one line
    void setGeometry(const QRect& area) override;

private:
    int arrange(const QRect& area, bool place) const;  // the height that it takes
    std::vector<QLayoutItem*> items_;
    std::size_t right_ = SIZE_MAX;
};

}  // namespace tritlab
