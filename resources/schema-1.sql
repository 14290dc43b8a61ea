-- The store. Times are Unix milliseconds. A real is a REAL, or the 8 bytes (little-endian) of what SQLite would not keep to
-- the bit: NaN (kept as NULL otherwise) and negative zero; NULL in `run` means 'none yet'.

-- Counters that outlive rows: 'revision' grows with every write of any process.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counter VALUES ('revision', 0);

CREATE TABLE run (
    number            INTEGER PRIMARY KEY,
    id                TEXT    NOT NULL UNIQUE,
    name              TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    explanation       TEXT    NOT NULL DEFAULT '',
    config            TEXT    NOT NULL,             -- frozen, JSON
    notes             TEXT    NOT NULL DEFAULT '',
    tags              TEXT    NOT NULL DEFAULT '[]',
    parent            TEXT    NOT NULL DEFAULT '',
    branch_step       INTEGER NOT NULL DEFAULT -1,
    created_ms        INTEGER NOT NULL,
    started_ms        INTEGER NOT NULL DEFAULT 0,
    ended_ms          INTEGER NOT NULL DEFAULT 0,
    steps             INTEGER NOT NULL DEFAULT 0,   -- last acknowledged step + 1
    tokens            INTEGER NOT NULL DEFAULT 0,
    last_loss         REAL,
    best_eval_loss    REAL,
    last_eval_loss    REAL,
    perplexity        REAL,
    bits_per_byte     REAL,
    tokens_per_second REAL    NOT NULL DEFAULT 0,
    wall_seconds      REAL    NOT NULL DEFAULT 0,
    progress          TEXT    NOT NULL DEFAULT '',
    starred           INTEGER NOT NULL DEFAULT 0,
    trashed           INTEGER NOT NULL DEFAULT 0,
    baseline          INTEGER NOT NULL DEFAULT 0,
    bit_equal         INTEGER NOT NULL DEFAULT 1,
    purging           INTEGER NOT NULL DEFAULT 0,   -- 1: hidden, its rows are being deleted in slices
    health_spacing    INTEGER NOT NULL DEFAULT 0,   -- 0: every health snapshot is kept
    revision          INTEGER NOT NULL
);
CREATE INDEX run_revision ON run (revision);
CREATE INDEX run_state ON run (state);

-- Points in blocks. A chunk holds 1024 points (up to 2048 after insertions) of a series; the chunks of a series are disjoint,
-- and the rows in `point` (the tail, fewer than 1024) lie beyond its last chunk.
CREATE TABLE series (
    id  INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (number),
    key TEXT    NOT NULL,
    UNIQUE (run, key)
);
CREATE TABLE point (
    series INTEGER NOT NULL REFERENCES series (id),
    step   INTEGER NOT NULL,
    value  BLOB    NOT NULL,
    PRIMARY KEY (series, step)
) WITHOUT ROWID;
CREATE TABLE chunk (
    id     INTEGER PRIMARY KEY,
    series INTEGER NOT NULL REFERENCES series (id),
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    lo     REAL,                                    -- over what is no NaN; NULL where all are
    hi     REAL,
    data   BLOB    NOT NULL,                        -- core/store/chunk_codec.h
    UNIQUE (series, first)
);

-- All layers of one health snapshot with their histograms, one compressed blob (core/store/health_codec.h).
CREATE TABLE health (
    id   INTEGER PRIMARY KEY,
    run  INTEGER NOT NULL REFERENCES run (number),
    step INTEGER NOT NULL,
    data BLOB    NOT NULL,
    UNIQUE (run, step)
);

CREATE TABLE evaluation (
    run            INTEGER NOT NULL REFERENCES run (number),
    step           INTEGER NOT NULL,
    whole          INTEGER NOT NULL,                -- 1: over all held-out text
    loss           BLOB    NOT NULL,
    perplexity     BLOB    NOT NULL,
    bits_per_byte  BLOB    NOT NULL,
    loss_at_lambda BLOB    NOT NULL,
    lambda         BLOB    NOT NULL,
    tokens         INTEGER NOT NULL,
    bytes          INTEGER NOT NULL,
    PRIMARY KEY (run, step, whole)
) WITHOUT ROWID;

CREATE TABLE sample (
    id     INTEGER PRIMARY KEY,
    run    INTEGER NOT NULL REFERENCES run (number),
    step   INTEGER NOT NULL,
    prompt TEXT    NOT NULL,
    text   TEXT    NOT NULL,
    UNIQUE (run, step, prompt)
);

CREATE TABLE checkpoint (
    run        INTEGER NOT NULL REFERENCES run (number),
    step       INTEGER NOT NULL,
    path       TEXT    NOT NULL,                    -- relative to the run's folder
    bytes      INTEGER NOT NULL,
    best       INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;

CREATE TABLE log (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    run     INTEGER NOT NULL REFERENCES run (number),
    time_ms INTEGER NOT NULL,
    level   INTEGER NOT NULL,                       -- 0 info, 1 warning, 2 error
    step    INTEGER NOT NULL,
    text    TEXT    NOT NULL
);
CREATE INDEX log_run ON log (run, id);

-- What a person asks of a running trainer; the trainer deletes what it took.
CREATE TABLE command (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    run     INTEGER NOT NULL REFERENCES run (number),
    command TEXT    NOT NULL,
    time_ms INTEGER NOT NULL
);
CREATE INDEX command_run ON command (run, id);

CREATE TABLE conversation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    title      TEXT    NOT NULL,
    model      TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL
);
CREATE TABLE message (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent       INTEGER REFERENCES message (id) ON DELETE CASCADE,
    time_ms      INTEGER NOT NULL,
    role         TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    details      TEXT    NOT NULL
);
CREATE INDEX message_conversation ON message (conversation, id);
CREATE INDEX message_parent ON message (parent);
