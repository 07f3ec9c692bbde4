-- A bad row fails at its INSERT, in any language and under any conflict clause, with a sentence that names the column
-- and the rule. One trigger, because of two the later-created fires first and the guards must come before the dedup.
-- In a BEFORE trigger an id that was not given reads -1.
CREATE TRIGGER outbox_guard BEFORE INSERT ON outbox
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
      THEN RAISE(ABORT, 'outbox.id must be left out: the outbox gives each intent its id')
    WHEN NEW.journey IS NULL OR NEW.journey = ''
      THEN RAISE(ABORT, 'outbox.journey must not be empty: name a journey of the worker''s configuration')
    WHEN typeof(NEW.journey) <> 'text'
      THEN RAISE(ABORT, 'outbox.journey must be text, not a blob')
    WHEN NEW.external_id IS NULL AND NEW.anonymous_id IS NULL AND NEW.email IS NULL
      THEN RAISE(ABORT, 'outbox needs at least one of external_id, anonymous_id and email')
    WHEN NEW.external_id = '' THEN RAISE(ABORT, 'outbox.external_id must not be empty: leave it NULL')
    WHEN NEW.anonymous_id = '' THEN RAISE(ABORT, 'outbox.anonymous_id must not be empty: leave it NULL')
    WHEN NEW.email = '' THEN RAISE(ABORT, 'outbox.email must not be empty: leave it NULL')
    WHEN NEW.ordering_key = '' THEN RAISE(ABORT, 'outbox.ordering_key must not be empty: leave it NULL')
    WHEN NEW.dedup_key = '' THEN RAISE(ABORT, 'outbox.dedup_key must not be empty: leave it NULL')
    WHEN typeof(NEW.external_id) = 'blob' THEN RAISE(ABORT, 'outbox.external_id must be text, not a blob')
    WHEN typeof(NEW.anonymous_id) = 'blob' THEN RAISE(ABORT, 'outbox.anonymous_id must be text, not a blob')
    WHEN typeof(NEW.email) = 'blob' THEN RAISE(ABORT, 'outbox.email must be text, not a blob')
    WHEN typeof(NEW.profile) = 'blob' THEN RAISE(ABORT, 'outbox.profile must be text, not a blob')
    WHEN typeof(NEW.data) = 'blob' THEN RAISE(ABORT, 'outbox.data must be text, not a blob')
    WHEN typeof(NEW.ordering_key) = 'blob' THEN RAISE(ABORT, 'outbox.ordering_key must be text, not a blob')
    WHEN typeof(NEW.dedup_key) = 'blob' THEN RAISE(ABORT, 'outbox.dedup_key must be text, not a blob')
    WHEN typeof(NEW.traceparent) = 'blob' THEN RAISE(ABORT, 'outbox.traceparent must be text, not a blob')
    WHEN instr(NEW.journey, char(0)) THEN RAISE(ABORT, 'outbox.journey must not contain a NUL character')
    WHEN instr(NEW.external_id, char(0)) THEN RAISE(ABORT, 'outbox.external_id must not contain a NUL character')
    WHEN instr(NEW.anonymous_id, char(0)) THEN RAISE(ABORT, 'outbox.anonymous_id must not contain a NUL character')
    WHEN instr(NEW.email, char(0)) THEN RAISE(ABORT, 'outbox.email must not contain a NUL character')
    WHEN instr(NEW.profile, char(0)) THEN RAISE(ABORT, 'outbox.profile must not contain a NUL character')
    WHEN instr(NEW.data, char(0)) THEN RAISE(ABORT, 'outbox.data must not contain a NUL character')
    WHEN instr(NEW.ordering_key, char(0)) THEN RAISE(ABORT, 'outbox.ordering_key must not contain a NUL character')
    WHEN instr(NEW.dedup_key, char(0)) THEN RAISE(ABORT, 'outbox.dedup_key must not contain a NUL character')
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
    WHEN typeof(NEW.scheduled_at) NOT IN ('integer', 'null')
      THEN RAISE(ABORT, 'outbox.scheduled_at must be an integer: Unix time in milliseconds')
    WHEN NEW.scheduled_at < 100000000000
      THEN RAISE(ABORT, 'outbox.scheduled_at must be in milliseconds, and looks like seconds')
    WHEN NEW.scheduled_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.scheduled_at must be in milliseconds, and looks like microseconds')
    WHEN typeof(NEW.expires_at) NOT IN ('integer', 'null')
      THEN RAISE(ABORT, 'outbox.expires_at must be an integer: Unix time in milliseconds')
    WHEN NEW.expires_at < 100000000000
      THEN RAISE(ABORT, 'outbox.expires_at must be in milliseconds, and looks like seconds')
    WHEN NEW.expires_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.expires_at must be in milliseconds, and looks like microseconds')
    WHEN typeof(NEW.created_at) <> 'integer'
      THEN RAISE(ABORT, 'outbox.created_at must be an integer, Unix time in milliseconds: leave it out for now')
    WHEN NEW.created_at < 100000000000
      THEN RAISE(ABORT, 'outbox.created_at must be in milliseconds, and looks like seconds')
    WHEN NEW.created_at > 99999999999999
      THEN RAISE(ABORT, 'outbox.created_at must be in milliseconds, and looks like microseconds')
    WHEN NEW.traceparent IS NOT NULL AND (length(NEW.traceparent) <> 55 OR NEW.traceparent GLOB '*[^-0-9a-f]*'
        OR instr(NEW.traceparent, char(0)))
      THEN RAISE(ABORT, 'outbox.traceparent must be a W3C traceparent: 55 characters, 00-<trace>-<parent>-<flags>')
    WHEN length(CAST(NEW.journey AS BLOB)) + ifnull(length(CAST(NEW.external_id AS BLOB)), 0)
        + ifnull(length(CAST(NEW.anonymous_id AS BLOB)), 0) + ifnull(length(CAST(NEW.email AS BLOB)), 0)
        + ifnull(length(CAST(NEW.profile AS BLOB)), 0) + ifnull(length(CAST(NEW.data AS BLOB)), 0)
        + ifnull(length(CAST(NEW.ordering_key AS BLOB)), 0) + ifnull(length(CAST(NEW.dedup_key AS BLOB)), 0) > 65536
      THEN RAISE(ABORT, 'outbox row is over 64 KiB: put less into profile and data')
  END;
  -- A repeated dedup key inserts nothing and is no error; RAISE(IGNORE) here holds under every conflict clause.
  SELECT RAISE(IGNORE)
    WHERE NEW.dedup_key IS NOT NULL
      AND EXISTS (SELECT 1 FROM outbox_dedup WHERE journey = NEW.journey AND dedup_key = NEW.dedup_key);
END;
