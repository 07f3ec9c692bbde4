DROP TRIGGER outbox_lane_next;
