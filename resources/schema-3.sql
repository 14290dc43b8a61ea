-- Runs that another program trained: nobody knows their config, beyond what its files tell.
ALTER TABLE run ADD COLUMN foreign_settings TEXT NOT NULL DEFAULT '';  -- not empty: JSON, what is known of its settings; `config` is not read
-- Those that were taken in before this column was there. (An imported model has a checkpoint, and no series of its own.)
UPDATE run SET foreign_settings = '{}'
WHERE tags LIKE '%"imported"%' AND state = 'finished' AND parent = ''
  AND EXISTS (SELECT 1 FROM series WHERE series.run = run.number)
  AND NOT EXISTS (SELECT 1 FROM checkpoint WHERE checkpoint.run = run.number)
  AND NOT EXISTS (SELECT 1 FROM log WHERE log.run = run.number)
  AND NOT EXISTS (SELECT 1 FROM evaluation WHERE evaluation.run = run.number)
  AND NOT EXISTS (SELECT 1 FROM health WHERE health.run = run.number);
