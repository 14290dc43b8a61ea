#include "ui/chat/prompt_gauge.h"

#include <utility>

#include "ui/chat/chat_host.h"
#include "ui/theme/theme.h"

namespace tritlab {

PromptGauge::PromptGauge(ChatHost* host, Questions questions, QWidget* parent)
    : QLabel(parent), host_(host), questions_(std::move(questions)) {
    setObjectName("chatTokens");
    setAccessibleName(tr("Tokens of the message and its conversation"));
    setWordWrap(true);
    hide();
    later_.setSingleShot(true);
    later_.setInterval(200);
    connect(&later_, &QTimer::timeout, this, &PromptGauge::measure);
}

void PromptGauge::changed() {
    ++version_;
    later_.start();
}

void PromptGauge::measure() {
    later_.stop();
    const std::vector<ChatQuestion> questions = questions_();
    asked_ = version_;
    lanes_ = questions.size();
    measures_.clear();
    for (const ChatQuestion& question : questions)
        if (!host_->measure(question, asked_)) onMeasured({question.lane, asked_});
    if (lanes_ == 0) show();
}

void PromptGauge::onMeasured(const PromptMeasure& measure) {
    if (measure.version != asked_) return;
    measures_[measure.lane] = measure;
    if (measures_.size() < lanes_) return;
    show();
    if (send_ && known()) decide();
}

void PromptGauge::whenThereIsRoom(std::function<void()> send, std::function<void(const QString&)> refused) {
    send_ = std::move(send);
    refused_ = std::move(refused);
    if (known()) return decide();
    Q_EMIT waitingChanged();
    measure();
    if (lanes_ == 0) decide();
}

// The one with the least room left.
const PromptMeasure* PromptGauge::tightest() const {
    const PromptMeasure* found = nullptr;
    for (const auto& [lane, measure] : measures_)
        if (measure.contextLength > 0 &&
            (found == nullptr || measure.contextLength - measure.needed < found->contextLength - found->needed))
            found = &measure;
    return found;
}

void PromptGauge::show() {
    const PromptMeasure* measure = tightest();
    setVisible(measure != nullptr);
    if (measure == nullptr) return;
    if (measure->fits()) {
        QString text = tr("%1 of %2 tokens").arg(measure->tokens).arg(measure->contextLength);
        if (measure->leftOut > 0)
            text += tr(" · the %n oldest message(s) will not be sent", nullptr, static_cast<int>(measure->leftOut));
        setText(text);
        return;
    }
    setText(QString("<span style='color:%1'>%2</span>")
                .arg(badColor(isDark(palette())).name(),
                     tr("%1 of %2 tokens: too long to be sent").arg(measure->needed).arg(measure->contextLength)));
}

void PromptGauge::decide() {
    const auto send = std::exchange(send_, nullptr);
    const auto refused = std::exchange(refused_, nullptr);
    const PromptMeasure* measure = tightest();
    if (measure == nullptr || measure->fits()) send();
    else
        refused(tr("The message has %1 tokens with all that goes with it, the model's context holds %2. Nothing was "
                   "sent: shorten it or the system prompt, or choose a model with a larger context.")
                    .arg(measure->needed)
                    .arg(measure->contextLength));
    Q_EMIT waitingChanged();
}

}  // namespace tritlab
