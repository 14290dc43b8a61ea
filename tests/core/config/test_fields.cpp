// The field table and drafts: every field round-trips as text and as JSON, derived defaults follow until set, bad
// values have messages that name key, range and the nearest key, and nothing depends on the locale.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <clocale>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/device/plugin.h"

using namespace tritlab;

namespace {

std::string errorOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A value that is not the field's present one.
FieldValue otherValue(const Field& field, const FieldValue& now) {
    switch (field.kind) {
        case FieldKind::Bool: return !std::get<bool>(now);
        case FieldKind::Int: {
            const auto min = static_cast<std::int64_t>(field.min);
            return std::get<std::int64_t>(now) == min ? min + 3 : min;
        }
        case FieldKind::Real: {
            const double inner = field.min + std::min(1.0, field.max - field.min) * 0.3;
            return std::get<double>(now) == inner ? field.min : inner;
        }
        case FieldKind::Enum: {
            for (const Choice& choice : field.choices)
                if (choice.key != std::get<std::string>(now)) return choice.key;
            return now;
        }
        case FieldKind::Sources:
            return std::vector<DataSource>{{"a,b.txt", 0.25}, {"back\\", 1}, {"odd:3", 1}, {"builtin:bible", 2}};
        default: return std::string("first\nsecond \\ line, with: colon");
    }
}

}  // namespace

class TestFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void defaultsAreTheStructs() {
        const RunConfig fromTable = ConfigDraft().config();
        for (const Field& field : fields()) QVERIFY2(field.get(fromTable) == field.get(RunConfig()), field.key.c_str());
        QVERIFY(fromTable == RunConfig());
    }
    void tableIsWellFormed() {
        std::set<std::string> keys;
        for (const Field& field : fields()) {
            QVERIFY2(keys.insert(field.key).second, field.key.c_str());
            QVERIFY2(field.label[0] != 0 && field.help[0] != 0, field.key.c_str());
            QVERIFY2(field.applies && field.get && field.set, field.key.c_str());
            QVERIFY2((field.kind == FieldKind::Enum) == !field.choices.empty(), field.key.c_str());
            QVERIFY2(findField(field.key) == &field, field.key.c_str());
            // A condition in words exactly where there is one.
            const RunConfig config;
            QVERIFY2(!field.condition.empty() || field.applies(config), field.key.c_str());
        }
        QVERIFY(keys.contains("steps") && keys.contains("seed") && keys.contains("checkpoint_every") &&
                keys.contains("architecture"));
    }
    void everyFieldRoundTrips() {
        for (const Field& field : fields()) {
            ConfigDraft draft;
            const FieldValue value = otherValue(field, field.get(draft.config()));
            QVERIFY2(value != field.get(draft.config()), field.key.c_str());
            draft.setValue(field.key, value);
            QVERIFY2(field.get(draft.config()) == value, field.key.c_str());
            QVERIFY(draft.isSet(field.key));

            ConfigDraft fromText;
            fromText.setText(field.key, valueText(field, value));
            QVERIFY2(fromText.config() == draft.config(), field.key.c_str());

            draft.reset(field.key);
            QVERIFY2(!draft.isSet(field.key) && draft.config() == RunConfig(), field.key.c_str());
        }
    }
    void everyChoiceRoundTrips() {
        for (const Field& field : fields())
            for (const Choice& choice : field.choices) {
                ConfigDraft draft;
                draft.setText(field.key, choice.key);
                QVERIFY2(std::get<std::string>(field.get(draft.config())) == choice.key, choice.key.c_str());
            }
    }
    // A run from before a field existed is read as the program worked then; a draft from a file has today's defaults.
    void configsFromBeforeAFieldKeepTheirWay() {
        nlohmann::ordered_json json = toJson(RunConfig());
        QVERIFY(!configFromJson(nlohmann::json::parse(json.dump())).scoreBos);
        QVERIFY(json.erase("score_bos") == 1);
        QVERIFY(configFromJson(nlohmann::json::parse(json.dump())).scoreBos);
        ConfigDraft draft;
        draft.setJson(nlohmann::json::parse(json.dump()), "a file");
        QVERIFY(!draft.config().scoreBos);
    }
    void frozenJsonGivesBackTheConfig() {
        // One field at a time away from the defaults, whatever then applies.
        for (const Field& field : fields()) {
            ConfigDraft draft;
            draft.setValue(field.key, otherValue(field, field.get(draft.config())));
            const RunConfig kept = frozen(draft.config());
            const auto json = toJson(draft.config());
            QVERIFY2(configFromJson(nlohmann::json::parse(json.dump())) == kept, field.key.c_str());
            QVERIFY2(frozen(kept) == kept, field.key.c_str());
            QVERIFY2(toJson(kept) == json, field.key.c_str());
            QCOMPARE(json.contains(field.key), field.applies(draft.config()));
        }
    }
    void derivedDefaultsFollowUntilSet() {
        ConfigDraft draft;
        draft.setText("hidden_size", "512");
        draft.setText("heads", "8");
        QCOMPARE(draft.config().kvHeads, 2);
        QCOMPARE(draft.config().ffnSize, 1536);  // 8/3 x 512 = 1365.3, up to a multiple of 256
        draft.setText("architecture", "notebook");
        QCOMPARE(draft.config().kvHeads, 8);
        QCOMPARE(draft.config().ffnSize, 2048);
        QCOMPARE(draft.config().normEps, 1e-6);
        QCOMPARE(draft.config().weightDecay, 0.0);
        QVERIFY(draft.config().normPlacement == NormPlacement::Post && !draft.config().subNorms &&
                draft.config().tieEmbeddings);
        draft.setText("kv_heads", "4");
        draft.setText("architecture", "2b4t");
        QCOMPARE(draft.config().kvHeads, 4);  // set by hand: stays
        draft.setText("heads", "6");
        draft.reset("kv_heads");
        QCOMPARE(draft.config().kvHeads, 6);  // 4 does not divide 6
        draft.setText("lambda_schedule", "sigmoid");
        QCOMPARE(draft.config().lambdaK, 100.0);
        draft.setText("lambda_schedule", "exponential");
        QCOMPARE(draft.config().lambdaK, 8.0);
        draft.setText("architecture", "qwen3");
        QCOMPARE(draft.config().headSize, 128);
        QVERIFY(draft.config().qkNorms && draft.config().attentionBias == AttentionBias::None);
        draft.setText("architecture", "qwen2");
        QCOMPARE(draft.config().headSize, 0);
        QVERIFY(!draft.config().qkNorms && draft.config().attentionBias == AttentionBias::Qkv);
        draft.setText("architecture", "llama");
        QVERIFY(!draft.config().ternaryLinears && draft.config().activation == Activation::Silu &&
                draft.config().gatedFfn);
    }
    void readsWhatPeopleWrite() {
        ConfigDraft draft;
        draft.setText("learning_rate", "3e-4");
        QCOMPARE(draft.config().learningRate, 3e-4);
        draft.setText("steps", "2_000");
        QCOMPARE(draft.config().steps, 2000);
        draft.setText("steps", "2e3");
        QCOMPARE(draft.config().steps, 2000);
        draft.setText("tie_embeddings", "off");
        QCOMPARE(draft.config().tieEmbeddings, false);
        draft.setText("data", "builtin:bible,/tmp/a b.txt:0.5,x\\,y:2:1");
        QCOMPARE(draft.config().data.size(), 3U);
        QVERIFY(draft.config().data[0] == (DataSource{"builtin:bible", 1}));
        QVERIFY(draft.config().data[1] == (DataSource{"/tmp/a b.txt", 0.5}));
        QVERIFY(draft.config().data[2] == (DataSource{"x,y:2", 1}));
    }
    void aSourceThatExistsUnderItsWholeNameIsMeant() {
        const QTemporaryDir folder;
        const std::string a = folder.filePath("a").toStdString(), colon = a + ":2";
        QVERIFY(parseSource(colon) == (DataSource{a, 2}));
        const Field& field = *findField("data");
        const auto again = [&](const std::vector<DataSource>& sources) {
            ConfigDraft draft;
            draft.setText("data", valueText(field, sources));
            return draft.config().data == sources;
        };
        const std::vector<DataSource> sources{{a, 2}, {colon, 1}, {colon, 2}, {a, 1}};
        QVERIFY(again(sources));
        QFile file(QString::fromStdString(colon));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(parseSource(colon) == (DataSource{colon, 1}));
        QVERIFY(parseSource(colon + ":3") == (DataSource{colon, 3}));
        QVERIFY(parseSource(a + ":3") == (DataSource{a, 3}));
        QVERIFY(again(sources));  // as text and back, the other one too
    }
    void errorsSayWhatWhereAndHow() {
        ConfigDraft draft;
        const auto text = [&](const char* key, const char* value) {
            return errorOf([&] { draft.setText(key, value); });
        };
        QVERIFY(contains(text("learnin_rate", "1"), "'learning_rate'"));
        QVERIFY(contains(text("learnin_rate", "1"), "unknown key 'learnin_rate'"));
        QVERIFY(contains(text("zzzzzz", "1"), "unknown key 'zzzzzz'"));
        QVERIFY(contains(text("steps", "many"), "'many' is not a whole number"));
        QVERIFY(contains(text("steps", "1.5"), "not a whole number"));
        QVERIFY(contains(text("steps", "0"), "1 to 1000000000"));
        QVERIFY(contains(text("held_out", "0,5"), "not a number"));
        QVERIFY(contains(text("held_out", "2"), "0 to 0.9"));
        QVERIFY(contains(text("held_out", "nan"), "0 to 0.9"));
        QVERIFY(contains(text("tie_embeddings", "maybe"), "true or false"));
        QVERIFY(contains(text("lr_schedule", "cosin"), "constant, linear, cosine"));
        QVERIFY(contains(text("data", "a.txt:-1"), "above 0"));
        QVERIFY(draft.config() == RunConfig());

        const auto json = [&](const char* value) {
            return errorOf([&] { draft.setJson(nlohmann::json::parse(value), "my.json"); });
        };
        QVERIFY(contains(json(R"({"seed": 2, "stepz": 5})"), "my.json"));
        QVERIFY(contains(json(R"({"seed": 2, "stepz": 5})"), "'steps'"));
        QVERIFY(contains(json(R"({"seed": "2"})"), "not a whole number"));
        QVERIFY(contains(json(R"({"seed": true})"), "not a whole number"));
        QVERIFY(contains(json(R"({"steps": 18446744073709551615})"), "out of range"));
        QVERIFY(contains(json(R"({"learning_rate": "3e-4"})"), "not a number"));
        QVERIFY(contains(json(R"({"data": [{"weight": 1}]})"), "path"));
        QVERIFY(contains(json(R"({"data": [{"path": "a", "wait": 1}]})"), "wait"));
        QVERIFY(contains(json(R"({"preset": "nanoo"})"), "nano"));
        QVERIFY(contains(json("[]"), "JSON object"));
        QVERIFY(!draft.isSet("seed"));  // all or nothing
    }
    void whatDoesNotApplyIsAnErrorAndNotFrozen() {
        ConfigDraft draft;
        draft.setText("lambda_k", "5");
        QVERIFY(
            contains(errorOf([&] { draft.requireApplies("lambda_k"); }), "lambda_schedule is exponential or sigmoid"));
        QVERIFY(!toJson(draft.config()).contains("lambda_k"));
        draft.setText("lambda_schedule", "exponential");
        QCOMPARE(errorOf([&] { draft.requireApplies("lambda_k"); }), std::string());
        QCOMPARE(draft.config().lambdaK, 5.0);  // kept meanwhile
        QVERIFY(contains(errorOf([] { configFromJson({{"tokenizer_path", "x"}}); }), "tokenizer = file"));
    }
    void checkFindsWhatDoesNotFit() {
        const auto problemsWith = [](const char* key, auto change) {
            ConfigDraft draft;
            draft.setText("data", "builtin:bible");
            RunConfig config = draft.config();
            change(config);
            for (const Problem& problem : check(config))
                if (std::find(problem.keys.begin(), problem.keys.end(), key) != problem.keys.end())
                    return !problem.message.empty();
            return false;
        };
        ConfigDraft good;
        good.setText("data", "builtin:bible");
        QCOMPARE(check(good.config()).size(), 0U);
        QVERIFY(problemsWith("hidden_size", [](RunConfig& c) { c.hiddenSize = 250; }));
        QVERIFY(problemsWith("heads", [](RunConfig& c) { c.hiddenSize = 36, c.heads = 4; }));  // head size 9
        QVERIFY(problemsWith("head_size", [](RunConfig& c) { c.headSize = 9; }));
        QVERIFY(!problemsWith("hidden_size", [](RunConfig& c) { c.hiddenSize = 250, c.headSize = 64; }));
        QVERIFY(problemsWith("rope_low_freq_factor", [](RunConfig& c) {
            c.ropeScaling = RopeScaling::Kind::Llama3, c.ropeLowFreqFactor = c.ropeHighFreqFactor;
        }));
        QVERIFY(problemsWith("kv_heads", [](RunConfig& c) { c.kvHeads = 3; }));
        QVERIFY(problemsWith("warmup_steps", [](RunConfig& c) { c.warmupSteps = c.steps; }));
        QVERIFY(problemsWith("vocab_size", [](RunConfig& c) { c.vocabSize = 299; }));
        QVERIFY(problemsWith("data", [](RunConfig& c) { c.data.clear(); }));
        // A device is looked for on this machine where it is asked for by name, and nowhere else.
        QCOMPARE(problemsWith("device", [](RunConfig& c) { c.device = ComputeDevice::Cuda; }), !cudaState().usable());
        QVERIFY(!problemsWith("device", [](RunConfig& c) { c.device = ComputeDevice::Cpu; }));
        QVERIFY(cudaState().usable() ? !cudaState().devices.empty() : !cudaState().hint.empty());
        QVERIFY(problemsWith("data", [](RunConfig& c) { c.data[0].weight = 0; }));
        QVERIFY(problemsWith("tokenizer_path", [](RunConfig& c) { c.tokenizer = TokenizerKind::File; }));
        QVERIFY(problemsWith("tokenizer_path", [](RunConfig& c) {
            c.tokenizer = TokenizerKind::File, c.tokenizerPath = "/nowhere/tokenizer.model";
        }));
        QVERIFY(problemsWith("lr_switch_at",
                             [](RunConfig& c) { c.lrSchedule = LrSchedule::TwoStageLinear, c.lrSwitchAt = 0; }));
        QVERIFY(problemsWith("lambda_reach_one_at",
                             [](RunConfig& c) { c.lambdaSchedule = LambdaSchedule::Linear, c.lambdaReachOneAt = 0; }));
        QVERIFY(problemsWith("schedule_from", [](RunConfig& c) { c.scheduleFrom = c.steps; }));
        QVERIFY(problemsWith("warmup_steps", [](RunConfig& c) { c.scheduleFrom = c.steps - c.warmupSteps; }));
        QVERIFY(problemsWith("warmup_steps", [](RunConfig& c) { c.scheduleSteps = c.warmupSteps; }));
        QVERIFY(problemsWith("lr_decay_share", [](RunConfig& c) {
            c.lrSchedule = LrSchedule::Wsd, c.scheduleSteps = c.warmupSteps + 10, c.lrDecayShare = 0.5;
        }));
        QVERIFY(problemsWith("lambda_start", [](RunConfig& c) {
            c.lambdaSchedule = LambdaSchedule::Linear, c.lambdaStart = 0.6, c.lambdaFinal = 0.5, c.scheduleFrom = 10;
        }));
        for (const std::int64_t blocks : {1, 2, 4, 512})
            QVERIFY(!problemsWith("gradient_blocks", [&](RunConfig& c) { c.gradientBlocks = blocks; }));
        for (const std::int64_t blocks : {0, 3, 6, 1000})
            QVERIFY(problemsWith("gradient_blocks", [&](RunConfig& c) { c.gradientBlocks = blocks; }));
        QVERIFY(problemsWith("sequence_length", [](RunConfig& c) { c.sequenceLength = 1; }));
        QVERIFY(problemsWith("learning_rate", [](RunConfig& c) { c.learningRate = std::nan(""); }));
    }
    // A run from before these fields adds and schedules as it did.
    void anOldConfigKeepsItsWay() {
        nlohmann::ordered_json json = toJson(ConfigDraft().config());
        for (const char* key : {"gradient_blocks", "schedule_from", "schedule_steps"})
            QCOMPARE(json.erase(key), std::size_t{1});
        const RunConfig old = configFromJson(json);
        QCOMPARE(old.gradientBlocks, 1);
        QCOMPARE(ConfigDraft().config().gradientBlocks, 4);
        QVERIFY(old.scheduleFrom == 0 && old.scheduleSteps == 0 && old.lambdaStart == 0);
        QCOMPARE(old.scheduleLength(), old.steps);
    }
    void differencesNameWhatDiffers() {
        ConfigDraft left, right;
        right.setText("seed", "7");
        right.setText("lambda_schedule", "exponential");
        QCOMPARE(differences(left.config(), left.config()).size(), 0U);
        std::map<std::string, std::pair<std::string, std::string>> found;
        for (const auto& d : differences(left.config(), right.config())) found[d.key] = {d.left, d.right};
        QCOMPARE(found.size(), 4U);
        QVERIFY(found["seed"] == std::make_pair(std::string("1"), std::string("7")));
        QVERIFY(found["lambda_schedule"] == std::make_pair(std::string("none"), std::string("exponential")));
        QVERIFY(found["lambda_k"] == std::make_pair(std::string(), std::string("8")));
        QVERIFY(found["lambda_reach_one_at"] == std::make_pair(std::string(), std::string("1")));
    }
    void ignoresADecimalCommaLocale() {
        if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) QSKIP("de_DE.UTF-8 is not installed");
        ConfigDraft draft;
        draft.setText("learning_rate", "0.0003");
        const std::string json = toJson(draft.config()).dump();
        const RunConfig back = configFromJson(nlohmann::json::parse(json));
        const std::string refused = errorOf([&] { draft.setText("held_out", "0,05"); });
        std::setlocale(LC_ALL, "C");
        QCOMPARE(draft.config().learningRate, 0.0003);
        QVERIFY(contains(json, "\"learning_rate\":0.0003"));
        QVERIFY(back == frozen(draft.config()));
        QVERIFY(contains(refused, "not a number"));
    }
};

QTEST_APPLESS_MAIN(TestFields)
#include "test_fields.moc"
