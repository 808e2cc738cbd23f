-- compatible: no
--
-- What an entry of the ledger is of, said by its maker. A server that does not know it would write entries without it.

-- The kind of its origin, and the row that it names: the id of a payment, the number of a voucher, or a plan's number in its account, with the period as in
-- 2.5; null if the kind names none, or if the entry's call or grants do.
ALTER TABLE entry ADD COLUMN origin TEXT NOT NULL DEFAULT 'correction' CHECK (origin IN ('payment', 'test_payment', 'voucher', 'plan', 'start',
    'creation', 'demo', 'gift', 'call', 'card_refund', 'dispute', 'dispute_won', 'early_refund', 'expiry', 'grant_end', 'plan_end', 'deletion',
    'correction'));
ALTER TABLE entry ADD COLUMN origin_id TEXT;

-- Earlier entries, by the rows that their request ids name. A reason alone decides nothing.
UPDATE entry SET origin = 'gift' WHERE kind = 'top_up';
UPDATE entry SET origin = 'start' WHERE kind = 'top_up' AND (request_id = 'start-' || account_id OR request_id = 'sandbox-start-' || account_id);
UPDATE entry SET origin = 'demo' WHERE kind = 'top_up' AND account_id = 'acc_demo' AND number = 1 AND request_id IS NULL
    AND created_at = (SELECT a.created_at FROM account a WHERE a.id = entry.account_id);
UPDATE entry SET origin = 'creation' WHERE kind = 'top_up' AND account_id <> 'acc_demo' AND number = 1 AND request_id IS NULL
    AND created_at = (SELECT a.created_at FROM account a WHERE a.id = entry.account_id);
UPDATE entry SET origin = 'voucher', origin_id = SUBSTR(request_id, 9) WHERE kind = 'top_up' AND request_id LIKE 'voucher-%'
    AND (account_id, request_id) IN (SELECT v.account_id, 'voucher-' || v.sequence FROM voucher v WHERE v.account_id IS NOT NULL);
UPDATE entry SET origin = 'payment', origin_id = SUBSTR(request_id, 9) WHERE kind = 'top_up' AND request_id LIKE 'payment-%'
    AND EXISTS (SELECT 1 FROM payment p WHERE p.account_id = entry.account_id AND p.id = SUBSTR(entry.request_id, 9));
UPDATE entry SET origin = 'test_payment', origin_id = SUBSTR(request_id, LENGTH(account_id) + 15)
    WHERE kind = 'top_up' AND request_id LIKE 'test-payment-%'
    AND EXISTS (SELECT 1 FROM payment p WHERE p.account_id = entry.account_id AND p.id = SUBSTR(entry.request_id, LENGTH(entry.account_id) + 15));
UPDATE entry SET origin = 'plan', origin_id = (
        SELECT s.number || '.' || REPLACE(SUBSTR(entry.request_id, LENGTH('plan-' || s.number) + 2), '-1', '') FROM subscription s
        WHERE s.account_id = entry.account_id AND entry.request_id LIKE 'plan-' || s.number || '-%-1')
    WHERE kind = 'top_up' AND request_id LIKE 'plan-%' AND EXISTS (
        SELECT 1 FROM credit_grant g WHERE g.account_id = entry.account_id AND g.entry_number = entry.number AND g.kind = 'plan');
UPDATE entry SET origin = 'call' WHERE kind = 'refund';
UPDATE entry SET origin_id = (SELECT n.payment_id FROM payment_notice n WHERE n.id = SUBSTR(entry.request_id, 8)),
    origin = (SELECT CASE n.fact WHEN 'refunded' THEN 'card_refund' WHEN 'disputed' THEN 'dispute' WHEN 'dispute_lost' THEN 'dispute'
        WHEN 'dispute_won' THEN 'dispute_won' ELSE 'early_refund' END FROM payment_notice n WHERE n.id = SUBSTR(entry.request_id, 8))
    WHERE kind = 'reversal' AND SUBSTR(request_id, 1, 7) = 'notice-' AND EXISTS (
        SELECT 1 FROM payment_notice n WHERE n.id = SUBSTR(entry.request_id, 8) AND n.payment_id IS NOT NULL);
UPDATE entry SET origin = CASE WHEN request_id LIKE 'lapse-%' THEN 'expiry' WHEN request_id LIKE 'end-plan-%' THEN 'plan_end' ELSE 'grant_end' END,
    origin_id = CASE WHEN request_id LIKE 'end-plan-%' THEN SUBSTR(request_id, 10) END
    WHERE kind = 'adjustment' AND grants IS NOT NULL;
UPDATE entry SET origin = 'deletion', origin_id = NULL WHERE kind = 'adjustment' AND amount_micros < 0 AND request_id IS NULL AND balance_after_micros = 0
    AND reason = 'account deleted' AND EXISTS (SELECT 1 FROM account a WHERE a.id = entry.account_id AND a.deleted_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.account_id = entry.account_id AND e.number > entry.number AND e.kind = 'adjustment');

-- says: SELECT COUNT(*) || ' entries of the ledger have a reason that names a voucher, an expired grant or a deleted account, and no such row: they are listed as gifts and corrections' FROM entry WHERE origin IN ('gift', 'correction', 'grant_end') AND (reason = 'account deleted' OR reason LIKE 'voucher _%' OR reason LIKE 'Grant % expired') HAVING COUNT(*) > 0
