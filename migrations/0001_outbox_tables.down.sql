DROP TABLE outbox_pause;
DROP TABLE outbox_journey;
DROP TABLE outbox_batch;
DROP TABLE outbox_dead;
DROP TABLE outbox_waiting;
DROP TABLE outbox_dedup;
DROP TABLE outbox;
DROP TABLE outbox_meta;
