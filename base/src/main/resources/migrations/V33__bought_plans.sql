-- compatible: no
--
-- Payments buy periods of plans. An older server would give general credits for them, and cut periods that were paid.

-- What it buys: credits, or a period of a version of a plan, which begins at once whatever runs, or follows the running one.
ALTER TABLE payment ADD COLUMN purpose TEXT NOT NULL DEFAULT 'credits' CHECK (purpose IN ('credits', 'plan'));
ALTER TABLE payment ADD COLUMN plan TEXT CHECK ((plan IS NOT NULL) = (purpose = 'plan'));
ALTER TABLE payment ADD COLUMN version BIGINT CHECK ((version IS NOT NULL) = (purpose = 'plan'));
ALTER TABLE payment ADD COLUMN at_once INTEGER NOT NULL DEFAULT 0 CHECK (at_once IN (0, 1) AND (at_once = 0 OR purpose = 'plan'));
-- The number of the account's plan of which it bought a period, and the period. NULL: it is not paid, or bought credits beside the plan.
ALTER TABLE payment ADD COLUMN subscription BIGINT CHECK (subscription IS NULL OR purpose = 'plan' AND state = 'paid');
ALTER TABLE payment ADD COLUMN period INTEGER CHECK ((period IS NULL) = (subscription IS NULL));

-- Of a step that a payment makes: the payment, the period that it bought, and the number of that period's grant, which may begin later.
ALTER TABLE plan_step ADD COLUMN period INTEGER CHECK (period IS NULL OR period > 0 AND periods = 1 AND request_id IS NULL);
ALTER TABLE plan_step ADD COLUMN grant_number BIGINT CHECK ((grant_number IS NULL) = (period IS NULL));
ALTER TABLE plan_step ADD COLUMN payment_id TEXT CHECK ((payment_id IS NULL) = (period IS NULL));

CREATE UNIQUE INDEX plan_step_payment ON plan_step (payment_id) WHERE payment_id IS NOT NULL;
