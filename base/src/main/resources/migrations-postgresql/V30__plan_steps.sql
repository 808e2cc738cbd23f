-- The ids of requests are in plan_step. A plan has as many periods as its steps add, and can be replaced.
ALTER TABLE subscription DROP COLUMN request_id;
ALTER TABLE subscription DROP COLUMN end_request_id;
ALTER TABLE subscription DROP CONSTRAINT subscription_periods_check;
ALTER TABLE subscription ADD CONSTRAINT subscription_periods_check CHECK (periods > 0);
ALTER TABLE subscription DROP CONSTRAINT subscription_ended_by_check;
ALTER TABLE subscription ADD CONSTRAINT subscription_ended_by_check
    CHECK (ended_by IN ('finished', 'cancelled', 'closed', 'operator', 'deleted', 'replaced', 'unpaid', 'refunded'));
