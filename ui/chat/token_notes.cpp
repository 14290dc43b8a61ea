#include "ui/chat/token_notes.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace tritlab {

namespace {

// A byte that is no whole character has no letter of its own.
QString textOfPiece(const std::string& piece) {
    const QString text = QString::fromStdString(piece);
    if (text.toStdString() == piece) return text;
    QString bytes;
    for (const char c : piece) bytes += QString("<%1>").arg(static_cast<unsigned char>(c), 2, 16, QChar('0'));
    return bytes;
}

// Six digits after the point: what a person sees, at a third of the bytes.
double rounded(float probability) { return std::round(static_cast<double>(probability) * 1e6) / 1e6; }

}  // namespace

TokenNote noteOf(const GeneratedToken& token, const Tokenizer& tokenizer) {
    TokenNote note{QString::fromStdString(token.text), 0, {}};
    if (token.id < 0) return note;
    note.probability = static_cast<float>(std::exp(token.logProbability));
    for (const TokenProbability& each : token.alternatives)
        note.alternatives.emplace_back(
            each.token == tokenizer.eos() ? QString("</s>") : textOfPiece(tokenizer.piece(each.token)),
            each.probability);
    return note;
}

nlohmann::json notesToJson(const std::vector<TokenNote>& notes) {
    nlohmann::json list = nlohmann::json::array();
    for (const TokenNote& note : notes) {
        nlohmann::json alternatives = nlohmann::json::array();
        for (const auto& [text, probability] : note.alternatives)
            alternatives.push_back({text.toStdString(), rounded(probability)});
        list.push_back({note.text.toStdString(), rounded(note.probability), std::move(alternatives)});
    }
    return list;
}

std::vector<TokenNote> notesFromJson(const nlohmann::json& json) {
    std::vector<TokenNote> notes;
    if (!json.is_array()) return notes;
    for (const auto& each : json) {
        if (!each.is_array() || each.size() != 3 || !each[0].is_string() || !each[1].is_number() || !each[2].is_array())
            return {};
        TokenNote note{QString::fromStdString(each[0].get<std::string>()), each[1].get<float>(), {}};
        for (const auto& other : each[2]) {
            if (!other.is_array() || other.size() != 2 || !other[0].is_string() || !other[1].is_number()) return {};
            note.alternatives.emplace_back(QString::fromStdString(other[0].get<std::string>()), other[1].get<float>());
        }
        notes.push_back(std::move(note));
    }
    return notes;
}

QString percent(float probability) {
    const double value = 100.0 * static_cast<double>(probability);
    if (value > 0 && value < 0.1) return "<0.1 %";
    return QString::number(value, 'f', 1) + " %";
}

QString visibleToken(const QString& text) {
    QString shown = text;
    shown.replace(' ', QChar(0x2423));
    shown.replace('\n', QChar(0x21b5));
    shown.replace('\t', QChar(0x21e5));
    return shown;
}

QString noteToolTip(const TokenNote& note) {
    QString rows;
    for (const auto& [text, probability] : note.alternatives)
        rows += QString("<tr><td>%1&nbsp;&nbsp;</td><td align='right'>%2</td></tr>")
                    .arg(visibleToken(text).toHtmlEscaped(), percent(probability).toHtmlEscaped());
    return QString("<p style='white-space:pre'><b>%1</b> &nbsp;%2</p><table>%3</table>")
        .arg(visibleToken(note.text).toHtmlEscaped(), percent(note.probability).toHtmlEscaped(), rows);
}

}  // namespace tritlab
