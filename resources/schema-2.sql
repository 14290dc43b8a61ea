-- Conversations: what they are held with, the branch that is shown, and a trash that undo takes messages back from.
ALTER TABLE conversation ADD COLUMN head INTEGER NOT NULL DEFAULT 0;        -- last message of the branch that is shown; 0: the newest
ALTER TABLE conversation ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';    -- JSON: system prompt, sampling, precision, partner …
ALTER TABLE conversation ADD COLUMN trashed_ms INTEGER NOT NULL DEFAULT 0;  -- not 0: since when it is in the trash
ALTER TABLE message ADD COLUMN trashed_ms INTEGER NOT NULL DEFAULT 0;       -- the same; a message takes along what follows it
