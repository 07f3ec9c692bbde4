DROP TRIGGER outbox_dead_lane;
