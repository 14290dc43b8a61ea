#include "core/store/run_store.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/fold_case.h"
#include "core/config/fields.h"
#include "core/store/database.h"
#include "core/store/health_codec.h"
#include "core/store/record_events.h"
#include "core/store/run_settings.h"
#include "core/store/schema.h"
#include "core/store/series.h"

namespace tritlab {
namespace {

constexpr const char* runColumns =
    "id, name, state, explanation, config, notes, tags, parent, branch_step, created_ms, started_ms, ended_ms, steps, "
    "last_loss,"
    " best_eval_loss, last_eval_loss, perplexity, bits_per_byte, tokens_per_second, wall_seconds, tokens, progress, "
    "starred,"
    " trashed, baseline, bit_equal, revision, foreign_settings";

std::string select(const std::string& rest) {
    return std::string("SELECT ") + runColumns + " FROM run WHERE purging = 0 " + rest;
}

std::string listed(const std::vector<const RunSummary*>& candidates) {
    std::string text;
    for (std::size_t i = 0; i < candidates.size() && i < 8; ++i)
        text += (i > 0 ? ", " : "") + candidates[i]->id + " (" + candidates[i]->name + ")";
    return candidates.size() > 8 ? text + " and " + std::to_string(candidates.size() - 8) + " more" : text;
}

Conversation conversationOf(const Query& row) {
    return {row.integer(0),
            row.integer(1),
            row.integer(2),
            row.text(3),
            row.text(4),
            row.integer(5),
            nlohmann::json::parse(row.text(6), nullptr, false),
            row.text(7)};
}

}  // namespace

struct RunStore::Impl {
    explicit Impl(const Workspace& where) : workspace(where) {}

    // Null while there is no database. Looks for one each time, and at its schema whenever somebody has written.
    Database* open() {
        if (!database) {
            if (!std::filesystem::exists(workspace.database())) return nullptr;
            database = std::make_unique<Database>(workspace.database(), Database::Mode::ReadOnly);
        }
        const std::int64_t version = database->integer("PRAGMA data_version");
        if (version == checkedVersion) return database.get();
        const int schema = checkedSchemaVersion(*database, storeMigrations());
        const int wanted = storeMigrations().back().version;
        if (schema < wanted)
            throw Error("the store is of an older form (schema " + std::to_string(schema) + ", wanted " +
                            std::to_string(wanted) + ")",
                        workspace.database().string(),
                        "Open the TritLab window once: it keeps a backup and brings the store up to date",
                        ErrorKind::Failed);
        checkedVersion = version;
        return database.get();
    }
    // The row number, 0 where there is no such run.
    std::int64_t number(Database& db, const std::string& run) {
        Query row(db, "SELECT number FROM run WHERE id = ? AND purging = 0", run);
        return row.next() ? row.integer(0) : 0;
    }
    RunSummary summary(Query& row) {
        RunSummary run;
        run.id = row.text(0);
        run.name = row.text(1);
        run.state = runStateFromKey(row.text(2));
        run.explanation = row.text(3);
        run.notes = row.text(5);
        const auto tags = nlohmann::json::parse(row.text(6), nullptr, false);
        if (tags.is_array())
            for (const auto& tag : tags)
                if (tag.is_string()) run.tags.push_back(tag.get<std::string>());
        run.parent = row.text(7);
        run.branchStep = row.integer(8);
        run.createdMs = row.integer(9);
        run.startedMs = row.integer(10);
        run.endedMs = row.integer(11);
        run.steps = row.integer(12);
        run.lastLoss = row.real(13);
        run.bestEvalLoss = row.real(14);
        run.lastEvalLoss = row.real(15);
        run.perplexity = row.real(16);
        run.bitsPerByte = row.real(17);
        run.tokensPerSecond = row.real(18);
        run.wallSeconds = row.real(19);
        run.tokens = row.integer(20);
        run.progress = row.text(21);
        run.starred = row.integer(22) != 0;
        run.trashed = row.integer(23) != 0;
        run.baseline = row.integer(24) != 0;
        run.bitEqual = row.integer(25) != 0;
        run.revision = row.integer(26);
        if (const std::string foreign = row.text(27); foreign.empty()) {
            run.config = config(run.id, row.text(4));
        } else {
            run.foreign = readForeignSettings(foreign, run.config);
            // so that its progress is whole; a setting it is only where it is known
            if (!run.foreign->known.contains("steps")) run.config.steps = run.steps;
        }
        return run;
    }
    // A frozen config never changes: parsed once a run.
    const RunConfig& config(const std::string& run, const std::string& text) {
        if (const auto found = configs.find(run); found != configs.end()) return found->second;
        const auto json = nlohmann::json::parse(text, nullptr, false);
        if (json.is_discarded())
            throw Error("the run's config in the store is damaged", run, "Put back a copy from the folder 'backups'",
                        ErrorKind::Failed);
        return configs.emplace(run, configFromJson(json, "config of " + run)).first->second;
    }

    Workspace workspace;
    std::unique_ptr<Database> database;
    std::int64_t checkedVersion = -1;
    std::map<std::string, RunConfig> configs;
};

RunStore::RunStore(const Workspace& workspace) : impl_(std::make_unique<Impl>(workspace)) { impl_->open(); }
RunStore::~RunStore() = default;

std::int64_t RunStore::revision() {
    Database* db = impl_->open();
    return db == nullptr ? 0 : db->integer("SELECT value FROM counter WHERE name = 'revision'");
}

std::vector<RunSummary> RunStore::runs(bool trashed) {
    std::vector<RunSummary> list;
    if (Database* db = impl_->open())
        for (Query rows(*db, select("AND trashed = ? ORDER BY created_ms DESC, id DESC"), trashed); rows.next();)
            list.push_back(impl_->summary(rows));
    return list;
}

std::vector<RunSummary> RunStore::runsChangedSince(std::int64_t revision) {
    std::vector<RunSummary> list;
    if (Database* db = impl_->open())
        for (Query rows(*db, select("AND revision > ? ORDER BY revision"), revision); rows.next();)
            list.push_back(impl_->summary(rows));
    return list;
}

std::optional<RunSummary> RunStore::run(const std::string& id) {
    if (Database* db = impl_->open())
        if (Query row(*db, select("AND id = ?"), id); row.next()) return impl_->summary(row);
    return std::nullopt;
}

std::string RunStore::freeName(const std::string& wanted) {
    std::set<std::string> taken;
    if (Database* db = impl_->open())
        for (Query names(*db, "SELECT name FROM run WHERE purging = 0"); names.next();) taken.insert(names.text(0));
    std::string name = wanted;
    for (int number = 2; taken.contains(name); ++number) name = wanted + "-" + std::to_string(number);
    return name;
}

RunSummary RunStore::resolve(const std::string& text) {
    if (text.empty()) throw Error("no run is named", {}, "Give an id, the start of a name, or 'latest'");
    if (auto exact = run(text)) return *exact;
    std::vector<RunSummary> all = runs(false);
    if (text == "latest") {
        if (!all.empty()) return all.front();
        throw Error("there is no run yet", impl_->workspace.database().string(), "Train one: tritlab-cli train");
    }
    const auto matching = [&](const auto& match) {
        std::vector<const RunSummary*> found;
        for (const RunSummary& candidate : all)
            if (match(candidate)) found.push_back(&candidate);
        return found;
    };
    // A whole name before the start of one; those in the trash only where nothing else is meant.
    for (const bool trashed : {false, true}) {
        if (trashed) all = runs(true);
        auto found = matching([&](const RunSummary& r) { return r.name == text; });
        if (found.empty())
            found = matching([&](const RunSummary& r) { return r.name.starts_with(text) || r.id.starts_with(text); });
        if (found.size() == 1) return *found.front();
        if (!found.empty())
            throw Error("more than one run is meant", text, "Give more of the name, or the id: " + listed(found));
    }
    all = runs(false);
    throw Error(
        "no such run", text,
        all.empty() ? "There is none yet" : "There are: " + listed(matching([](const RunSummary&) { return true; })));
}

std::vector<std::string> RunStore::seriesKeys(const std::string& run) {
    std::vector<std::string> keys;
    if (Database* db = impl_->open())
        for (Query rows(*db, "SELECT key FROM series WHERE run = ? ORDER BY key", impl_->number(*db, run));
             rows.next();)
            keys.push_back(rows.text(0));
    return keys;
}

std::vector<Point> RunStore::series(const std::string& run, const std::string& key, StepIndex from) {
    Database* db = impl_->open();
    if (db == nullptr) return {};
    const ReadTransaction view(*db);  // chunks and tail of one moment
    Query row(*db, "SELECT id FROM series WHERE run = ? AND key = ?", impl_->number(*db, run), key);
    if (!row.next()) return {};
    return readSeries(*db, row.integer(0), from);
}

std::optional<double> RunStore::lastValue(const std::string& run, const std::string& key) {
    Database* db = impl_->open();
    if (db == nullptr) return std::nullopt;
    const ReadTransaction view(*db);
    Query row(*db, "SELECT id FROM series WHERE run = ? AND key = ?", impl_->number(*db, run), key);
    return row.next() ? lastValueOf(*db, row.integer(0)) : std::nullopt;
}

void RunStore::readLast(RunSummary& run, const std::vector<std::string>& keys) {
    run.last.clear();
    for (const std::string& key : keys)
        if (const auto value = lastValue(run.id, key)) run.last[key] = *value;
}

std::vector<SeriesStretch> RunStore::seriesOutline(const std::string& run, const std::string& key) {
    std::vector<SeriesStretch> stretches;
    Database* db = impl_->open();
    if (db == nullptr) return stretches;
    for (Query rows(*db,
                    "SELECT first, last, n, lo, hi FROM chunk WHERE series = (SELECT id FROM series WHERE run = ? AND "
                    "key = ?) "
                    "ORDER BY first",
                    impl_->number(*db, run), key);
         rows.next();)
        stretches.push_back({rows.integer(0), rows.integer(1), rows.integer(2), rows.real(3), rows.real(4)});
    return stretches;
}

std::vector<StepIndex> RunStore::healthSteps(const std::string& run) {
    std::vector<StepIndex> steps;
    if (Database* db = impl_->open())
        for (Query rows(*db, "SELECT step FROM health WHERE run = ? ORDER BY step", impl_->number(*db, run));
             rows.next();)
            steps.push_back(rows.integer(0));
    return steps;
}

std::optional<HealthEvent> RunStore::health(const std::string& run, StepIndex step) {
    if (Database* db = impl_->open())
        if (Query row(*db, "SELECT data FROM health WHERE run = ? AND step = ?", impl_->number(*db, run), step);
            row.next())
            return decodeHealth(step, row.blob(0));
    return std::nullopt;
}

std::vector<SampleEvent> RunStore::samples(const std::string& run, StepIndex from) {
    std::vector<SampleEvent> list;
    if (Database* db = impl_->open())
        for (Query rows(*db, "SELECT step, prompt, text FROM sample WHERE run = ? AND step >= ? ORDER BY step, id",
                        impl_->number(*db, run), from);
             rows.next();)
            list.push_back({rows.integer(0), rows.text(1), rows.text(2)});
    return list;
}

std::vector<EvaluationEvent> RunStore::evaluations(const std::string& run) {
    std::vector<EvaluationEvent> list;
    Database* db = impl_->open();
    if (db == nullptr) return list;
    for (Query rows(*db,
                    "SELECT step, whole, loss, perplexity, bits_per_byte, loss_at_lambda, lambda, tokens, bytes FROM "
                    "evaluation"
                    " WHERE run = ? ORDER BY step, whole",
                    impl_->number(*db, run));
         rows.next();) {
        EvaluationEvent event;
        event.step = rows.integer(0);
        event.full = rows.integer(1) != 0;
        event.loss = rows.real(2);
        event.perplexity = rows.real(3);
        event.bitsPerByte = rows.real(4);
        event.lossAtLambda = rows.real(5);
        event.lambda = rows.real(6);
        event.tokens = rows.integer(7);
        event.bytes = rows.integer(8);
        list.push_back(event);
    }
    return list;
}

std::vector<CheckpointInfo> RunStore::checkpoints(const std::string& run) {
    std::vector<CheckpointInfo> list;
    Database* db = impl_->open();
    if (db == nullptr) return list;
    for (Query rows(*db, "SELECT step, path, bytes, best, created_ms FROM checkpoint WHERE run = ? ORDER BY step",
                    impl_->number(*db, run));
         rows.next();)
        // One that was pruned by a trainer that did not live to tell is no checkpoint.
        if (std::filesystem::exists(impl_->workspace.run(run) / rows.text(1)))
            list.push_back({rows.integer(0), rows.text(1), rows.integer(2), rows.integer(3) != 0, rows.integer(4)});
    return list;
}

std::vector<StoredLog> RunStore::log(const std::string& run, std::int64_t afterId) {
    std::vector<StoredLog> list;
    if (Database* db = impl_->open())
        for (Query rows(*db, "SELECT id, time_ms, level, step, text FROM log WHERE run = ? AND id > ? ORDER BY id",
                        impl_->number(*db, run), afterId);
             rows.next();)
            list.push_back({rows.integer(0),
                            rows.integer(1),
                            {static_cast<LogLevel>(std::clamp<std::int64_t>(rows.integer(2), 0, 2)), rows.integer(3),
                             rows.text(4)}});
    return list;
}

std::vector<Conversation> RunStore::conversations(const std::vector<std::string>& words, std::int64_t limit) {
    std::vector<Conversation> list;
    Database* db = impl_->open();
    if (db == nullptr) return list;
    std::vector<std::string> wanted;
    for (const std::string& word : words) wanted.push_back(foldCase(word));
    // A branch in the trash is hidden as a whole, so its messages are looked at nowhere.
    const std::string inMessage =
        "SELECT text FROM message WHERE conversation = c.id AND trashed_ms = 0 AND instr(fold_case(text), ?) > 0";
    std::string sql = "SELECT id, created_ms, changed_ms, title, model, head, settings";
    sql += wanted.empty() ? ", ''"
                          : ", CASE WHEN instr(fold_case(title), ?) > 0 THEN '' ELSE (" + inMessage +
                                " ORDER BY id DESC LIMIT 1) END";
    sql += " FROM conversation AS c WHERE trashed_ms = 0";
    for (std::size_t i = 0; i < wanted.size(); ++i)
        sql += " AND (instr(fold_case(title), ?) > 0 OR EXISTS (" + inMessage + "))";
    sql += " ORDER BY changed_ms DESC, id DESC LIMIT ?";
    Query rows(*db, sql);
    if (!wanted.empty()) wanted.insert(wanted.begin(), wanted.front());
    for (const std::string& word : wanted) {
        rows.bind(word);
        rows.bind(word);
    }
    rows.bind(limit > 0 ? limit : std::int64_t{-1});
    while (rows.next()) list.push_back(conversationOf(rows));
    return list;
}

std::optional<Conversation> RunStore::conversation(std::int64_t id) {
    Database* db = impl_->open();
    if (db == nullptr) return std::nullopt;
    Query row(*db, "SELECT id, created_ms, changed_ms, title, model, head, settings, '' FROM conversation WHERE id = ?",
              id);
    return row.next() ? std::optional(conversationOf(row)) : std::nullopt;
}

std::vector<StoredMessage> RunStore::messages(std::int64_t conversation) {
    std::vector<StoredMessage> list;
    if (Database* db = impl_->open())
        for (Query rows(
                 *db,
                 "SELECT id, conversation, coalesce(parent, 0), time_ms, role, text, details, trashed_ms FROM message"
                 " WHERE conversation = ? ORDER BY id",
                 conversation);
             rows.next();)
            list.push_back({rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3), rows.text(4),
                            rows.text(5), nlohmann::json::parse(rows.text(6), nullptr, false), rows.integer(7)});
    return list;
}

std::string RunStore::integrityCheck() {
    Database* db = impl_->open();
    if (db == nullptr) return {};
    std::string found;
    for (Query rows(*db, "PRAGMA integrity_check"); rows.next();)
        if (rows.text(0) != "ok") found += rows.text(0) + "\n";
    for (Query rows(*db, "PRAGMA foreign_key_check"); rows.next();)
        found += "a row of '" + rows.text(0) + "' has lost its owner\n";
    return found;
}

}  // namespace tritlab
