-- A bad row fails at its INSERT, in any language and under any conflict clause, with a sentence that names the column
-- and the rule. One trigger, because of two the later-created fires first and the guards must come before the dedup.
--
-- The sentences are the rules. The WHERE below them is a shortcut for the ordinary row and decides nothing: it may send
-- a good row to the sentences, and must never keep a bad one from them. Two facts make it cheap: text sorts before any
-- blob, so `< x''` means text; and length() of a text counts characters and stops at a NUL, so it reaches the length in
-- bytes only where there is no NUL. Each function call written in here costs every row a register, run or not, which is
-- why the sentences compare where they can.
--
-- In a BEFORE trigger an id that was not given reads -1, and the columns' affinities have been applied.
CREATE TRIGGER outbox_guard BEFORE INSERT ON outbox
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
      THEN RAISE(ABORT, 'outbox.id must be left out: the outbox gives each intent its id')
    WHEN NEW.journey IS NULL OR NEW.journey = ''
      THEN RAISE(ABORT, 'outbox.journey must not be empty: name a journey of the worker''s configuration')
    WHEN NEW.external_id IS NULL AND NEW.anonymous_id IS NULL AND NEW.email IS NULL
      THEN RAISE(ABORT, 'outbox needs at least one of external_id, anonymous_id and email')
    WHEN NEW.external_id = '' THEN RAISE(ABORT, 'outbox.external_id must not be empty: leave it NULL')
    WHEN NEW.anonymous_id = '' THEN RAISE(ABORT, 'outbox.anonymous_id must not be empty: leave it NULL')
    WHEN NEW.email = '' THEN RAISE(ABORT, 'outbox.email must not be empty: leave it NULL')
    WHEN NEW.ordering_key = '' THEN RAISE(ABORT, 'outbox.ordering_key must not be empty: leave it NULL')
    WHEN NEW.dedup_key = '' THEN RAISE(ABORT, 'outbox.dedup_key must not be empty: leave it NULL')
    WHEN NEW.journey >= x'' THEN RAISE(ABORT, 'outbox.journey must be text, not a blob')
    WHEN NEW.external_id >= x'' THEN RAISE(ABORT, 'outbox.external_id must be text, not a blob')
    WHEN NEW.anonymous_id >= x'' THEN RAISE(ABORT, 'outbox.anonymous_id must be text, not a blob')
    WHEN NEW.email >= x'' THEN RAISE(ABORT, 'outbox.email must be text, not a blob')
    WHEN NEW.profile >= x'' THEN RAISE(ABORT, 'outbox.profile must be text, not a blob')
    WHEN NEW.data >= x'' THEN RAISE(ABORT, 'outbox.data must be text, not a blob')
    WHEN NEW.ordering_key >= x'' THEN RAISE(ABORT, 'outbox.ordering_key must be text, not a blob')
    WHEN NEW.dedup_key >= x'' THEN RAISE(ABORT, 'outbox.dedup_key must be text, not a blob')
    WHEN NEW.traceparent >= x'' THEN RAISE(ABORT, 'outbox.traceparent must be text, not a blob')
    WHEN NEW.scheduled_at <> CAST(NEW.scheduled_at AS INTEGER)
      THEN RAISE(ABORT, 'outbox.scheduled_at must be an integer: Unix time in milliseconds')
    WHEN NEW.scheduled_at < 100000000000
      THEN RAISE(ABORT, 'outbox.scheduled_at must be in milliseconds, and looks like seconds')
    WHEN NEW.scheduled_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.scheduled_at must be in milliseconds, and looks like microseconds')
    WHEN NEW.expires_at <> CAST(NEW.expires_at AS INTEGER)
      THEN RAISE(ABORT, 'outbox.expires_at must be an integer: Unix time in milliseconds')
    WHEN NEW.expires_at < 100000000000
      THEN RAISE(ABORT, 'outbox.expires_at must be in milliseconds, and looks like seconds')
    WHEN NEW.expires_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.expires_at must be in milliseconds, and looks like microseconds')
    WHEN NEW.created_at IS NULL OR NEW.created_at <> CAST(NEW.created_at AS INTEGER)
      THEN RAISE(ABORT, 'outbox.created_at must be an integer, Unix time in milliseconds: leave it out for now')
    WHEN NEW.created_at < 100000000000
      THEN RAISE(ABORT, 'outbox.created_at must be in milliseconds, and looks like seconds')
    WHEN NEW.created_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.created_at must be in milliseconds, and looks like microseconds')
    WHEN length(CAST(NEW.journey || ifnull(NEW.external_id, '') || ifnull(NEW.anonymous_id, '')
        || ifnull(NEW.email, '') || ifnull(NEW.ordering_key, '') || ifnull(NEW.dedup_key, '')
        || ifnull(NEW.traceparent, '') || ifnull(NEW.profile, '') || ifnull(NEW.data, '') AS BLOB)) > 65536
      THEN RAISE(ABORT, 'outbox row is over 64 KiB: put less into profile and data')
    WHEN instr(NEW.journey, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.journey must not contain a NUL character')
    WHEN instr(NEW.external_id, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.external_id must not contain a NUL character')
    WHEN instr(NEW.anonymous_id, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.anonymous_id must not contain a NUL character')
    WHEN instr(NEW.email, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.email must not contain a NUL character')
    WHEN instr(NEW.profile, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.profile must not contain a NUL character')
    WHEN instr(NEW.data, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.data must not contain a NUL character')
    WHEN instr(NEW.ordering_key, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.ordering_key must not contain a NUL character')
    WHEN instr(NEW.dedup_key, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.dedup_key must not contain a NUL character')
    WHEN instr(NEW.traceparent, CAST(x'00' AS TEXT))
      THEN RAISE(ABORT, 'outbox.traceparent must not contain a NUL character')
    WHEN NEW.profile IS NOT NULL AND NOT json_valid(NEW.profile)
      THEN RAISE(ABORT, 'outbox.profile must be a JSON object, and is not valid JSON')
    WHEN json_type(NEW.profile) <> 'object'
      THEN RAISE(ABORT, 'outbox.profile must be a JSON object')
    WHEN NEW.data IS NOT NULL AND NOT json_valid(NEW.data)
      THEN RAISE(ABORT, 'outbox.data must be a JSON object, and is not valid JSON')
    WHEN json_type(NEW.data) <> 'object'
      THEN RAISE(ABORT, 'outbox.data must be a JSON object')
    WHEN NEW.profile IS NOT NULL AND EXISTS (
        SELECT 1 FROM json_each(NEW.profile) WHERE key IN ('external_id', 'anonymous_id', 'email', 'data'))
      THEN RAISE(ABORT, 'outbox.profile must not carry external_id, anonymous_id, email or data: they have columns')
    WHEN NEW.traceparent NOT GLOB '??-????????????????????????????????-????????????????-??'
        OR NEW.traceparent GLOB '*[^-0-9a-f]*' OR NEW.traceparent GLOB '*-*-*-*-*'
      THEN RAISE(ABORT, 'outbox.traceparent must be a W3C traceparent: 55 characters, 00-<trace>-<parent>-<flags>')
  END
  WHERE (
    NEW.id = -1
    AND NEW.journey > '' AND NEW.journey < x''
    AND length(NEW.journey) BETWEEN length(CAST(NEW.journey AS BLOB)) AND 1024
    AND (NEW.external_id IS NOT NULL OR NEW.anonymous_id IS NOT NULL OR NEW.email IS NOT NULL)
    AND (NEW.external_id IS NULL OR (NEW.external_id > '' AND NEW.external_id < x''
      AND length(NEW.external_id) BETWEEN length(CAST(NEW.external_id AS BLOB)) AND 1024))
    AND (NEW.anonymous_id IS NULL OR (NEW.anonymous_id > '' AND NEW.anonymous_id < x''
      AND length(NEW.anonymous_id) BETWEEN length(CAST(NEW.anonymous_id AS BLOB)) AND 1024))
    AND (NEW.email IS NULL OR (NEW.email > '' AND NEW.email < x''
      AND length(NEW.email) BETWEEN length(CAST(NEW.email AS BLOB)) AND 1024))
    AND (NEW.ordering_key IS NULL OR (NEW.ordering_key > '' AND NEW.ordering_key < x''
      AND length(NEW.ordering_key) BETWEEN length(CAST(NEW.ordering_key AS BLOB)) AND 1024))
    AND (NEW.dedup_key IS NULL OR (NEW.dedup_key > '' AND NEW.dedup_key < x''
      AND length(NEW.dedup_key) BETWEEN length(CAST(NEW.dedup_key AS BLOB)) AND 1024))
    AND (NEW.scheduled_at IS NULL OR (NEW.scheduled_at BETWEEN 100000000000 AND 99999999999999
      AND NEW.scheduled_at = CAST(NEW.scheduled_at AS INTEGER)))
    AND (NEW.expires_at IS NULL OR (NEW.expires_at BETWEEN 100000000000 AND 99999999999999
      AND NEW.expires_at = CAST(NEW.expires_at AS INTEGER)))
    AND NEW.created_at BETWEEN 100000000000 AND 99999999999999
    AND NEW.created_at = CAST(NEW.created_at AS INTEGER)
    AND (NEW.traceparent IS NULL OR (NEW.traceparent < x'' AND length(CAST(NEW.traceparent AS BLOB)) = 55
      AND NEW.traceparent GLOB '??-????????????????????????????????-????????????????-??'
      AND NEW.traceparent NOT GLOB '*[^-0-9a-f]*' AND NEW.traceparent NOT GLOB '*-*-*-*-*'))
    AND (NEW.data IS NULL OR (NEW.data >= '{' AND NEW.data < '|' AND json_valid(NEW.data)
      AND length(CAST(NEW.data AS BLOB)) <= 28672
      AND (length(NEW.data) = length(CAST(NEW.data AS BLOB)) OR instr(NEW.data, CAST(x'00' AS TEXT)) = 0)))
    AND (NEW.profile IS NULL OR (NEW.profile >= '{' AND NEW.profile < '|' AND json_valid(NEW.profile)
      AND length(CAST(NEW.profile AS BLOB)) <= 28672
      AND (length(NEW.profile) = length(CAST(NEW.profile AS BLOB)) OR instr(NEW.profile, CAST(x'00' AS TEXT)) = 0)
      -- Without a backslash a key has only its plain spelling.
      AND NEW.profile NOT GLOB '*\*' AND json_type(NEW.profile, '$.external_id') IS NULL
      AND json_type(NEW.profile, '$.anonymous_id') IS NULL AND json_type(NEW.profile, '$.email') IS NULL
      AND json_type(NEW.profile, '$.data') IS NULL))
  ) IS NOT TRUE;

  -- A repeated dedup key inserts nothing and is no error; RAISE(IGNORE) here holds under every conflict clause.
  SELECT RAISE(IGNORE)
    WHERE NEW.dedup_key IS NOT NULL
      AND EXISTS (SELECT 1 FROM outbox_dedup WHERE journey = NEW.journey AND dedup_key = NEW.dedup_key);
END;
