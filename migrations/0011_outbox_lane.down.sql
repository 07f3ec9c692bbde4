UPDATE outbox_meta SET value = 1 WHERE key = 'schema_version';
UPDATE outbox_waiting SET state = 'retrying' WHERE state = 'blocked';
DROP INDEX outbox_waiting_blocked;
DROP INDEX outbox_waiting_ordered;
DROP INDEX outbox_ordered;
DROP TABLE outbox_blocking;
DROP TABLE outbox_lane;
