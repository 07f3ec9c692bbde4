-- When the intent that holds a lane has ended, the oldest one left of its key gets the lane, in the same transaction.
-- One that waits becomes due, now at the latest, whatever the clock showed when it was held up; one that is older and
-- still in the outbox lets those that wait go on waiting. The ended one may still be in the place that it leaves, and
-- is passed over.
CREATE TRIGGER outbox_lane_next AFTER DELETE ON outbox_lane
WHEN NOT EXISTS (SELECT 1 FROM outbox_lane WHERE journey = OLD.journey AND ordering_key = OLD.ordering_key)
BEGIN
  INSERT INTO outbox_lane (journey, ordering_key, open_id)
    SELECT OLD.journey, OLD.ordering_key, ifnull(
      (SELECT id FROM outbox WHERE journey = OLD.journey AND ordering_key = OLD.ordering_key
        AND id < waiting.id AND id <> OLD.open_id ORDER BY id LIMIT 1),
      waiting.id)
    FROM (SELECT id FROM outbox_waiting WHERE journey = OLD.journey AND ordering_key = OLD.ordering_key
      AND id <> OLD.open_id ORDER BY id LIMIT 1) AS waiting;
  UPDATE outbox_waiting SET state = 'retrying',
      due_at = min(due_at, CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)),
      updated_at = CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)
    WHERE state = 'blocked' AND id = (
      SELECT open_id FROM outbox_lane WHERE journey = OLD.journey AND ordering_key = OLD.ordering_key);
END;
