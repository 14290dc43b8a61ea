// The field table, group Data: sources, held-out text, tokenizer, template.
#include "core/config/field_builders.h"

namespace tritlab::field {
namespace {

constexpr auto group = FieldGroup::Data;

bool trains(const RunConfig& c) { return c.tokenizer == TokenizerKind::Train; }

Field sources() {
    Field field =
        base("data", FieldKind::Sources, group, QT_TRANSLATE_NOOP("Field", "Text"),
             QT_TRANSLATE_NOOP(
                 "Field",
                 "What to train on: files (.jsonl, .txt, any text), folders, or built-in text such as builtin:bible. "
                 "PATH or PATH:weight, separated by commas; the weights are shares of the tokens."));
    field.max = 256;
    field.get = [](const RunConfig& c) { return FieldValue(c.data); };
    field.set = [](RunConfig& c, const FieldValue& v) { c.data = std::get<std::vector<DataSource>>(v); };
    return field;
}

}  // namespace

std::vector<Field> dataFields() {
    return {
        sources(),
        real("held_out", group, &RunConfig::heldOut, 0, 0.9, "", QT_TRANSLATE_NOOP("Field", "Held-out share"),
             QT_TRANSLATE_NOOP(
                 "Field",
                 "Share of each source that is kept from training for evaluation. 0: none, and no evaluation.")),
        when(choice<HeldOutFrom>(
                 "held_out_from", group, &RunConfig::heldOutFrom,
                 {{HeldOutFrom::End, "end", QT_TRANSLATE_NOOP("Field", "The end of each source")},
                  {HeldOutFrom::Spread, "spread", QT_TRANSLATE_NOOP("Field", "Documents here and there")}},
                 QT_TRANSLATE_NOOP("Field", "Held-out from"),
                 QT_TRANSLATE_NOOP("Field", "The last part of each source, or whole documents chosen by their hash.")),
             "held_out is above 0", [](const RunConfig& c) { return c.heldOut > 0; }),
        choice<TokenizerKind>(
            "tokenizer", group, &RunConfig::tokenizer,
            {{TokenizerKind::Train, "train", QT_TRANSLATE_NOOP("Field", "Train one on this text")},
             {TokenizerKind::File, "file", QT_TRANSLATE_NOOP("Field", "From a file")}},
            QT_TRANSLATE_NOOP("Field", "Tokenizer"),
            QT_TRANSLATE_NOOP("Field",
                              "A sentencepiece model trained on the run's own text, or a given tokenizer.model.")),
        when(text("tokenizer_path", FieldKind::Path, group, &RunConfig::tokenizerPath, 4096,
                  QT_TRANSLATE_NOOP("Field", "Tokenizer file"),
                  QT_TRANSLATE_NOOP("Field",
                                    "A sentencepiece model (tokenizer.model). It decides the vocabulary's size.")),
             "tokenizer = file", [](const RunConfig& c) { return !trains(c); }),
        when(choice<TokenizerModel>(
                 "tokenizer_model", group, &RunConfig::tokenizerModel,
                 {{TokenizerModel::Bpe, "bpe", QT_TRANSLATE_NOOP("Field", "BPE")},
                  {TokenizerModel::Unigram, "unigram", QT_TRANSLATE_NOOP("Field", "Unigram")}},
                 QT_TRANSLATE_NOOP("Field", "Tokenizer algorithm"),
                 QT_TRANSLATE_NOOP("Field",
                                   "Byte pair encoding, or sentencepiece's unigram model. Both fall back to bytes.")),
             "tokenizer = train", trains),
        when(integer("vocab_size", group, &RunConfig::vocabSize, 1, 1048576, "",
                     QT_TRANSLATE_NOOP("Field", "Vocabulary"),
                     QT_TRANSLATE_NOOP("Field", "Pieces of the tokenizer. At least 300: 256 of them are the bytes.")),
             "tokenizer = train", trains),
        choice<Template>(
            "chat_template", group, &RunConfig::chatTemplate,
            {{Template::Plain, "plain", QT_TRANSLATE_NOOP("Field", "Plain text")},
             {Template::Instruction, "instruction", QT_TRANSLATE_NOOP("Field", "Instruction (notebook)")},
             {Template::B2B4T, "2b4t", QT_TRANSLATE_NOOP("Field", "2B4T chat")}},
            QT_TRANSLATE_NOOP("Field", "Template"),
            QT_TRANSLATE_NOOP(
                "Field",
                "How prompts, answers and messages of JSONL become text. The model is chatted with in the same one.")),
        boolean("score_bos", group, &RunConfig::scoreBos, QT_TRANSLATE_NOOP("Field", "Learn to predict BOS"),
                QT_TRANSLATE_NOOP(
                    "Field",
                    "The token that begins a document is a target like any other. Off: nothing is learnt about where "
                    "the next document begins, which nobody asks a model for. Evaluation never scores it.")),
    };
}

}  // namespace tritlab::field
