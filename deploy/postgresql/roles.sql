-- Roles of Tollgate's database, for PostgreSQL 15 and newer. Run this file in that database as a superuser, or as the tables' owner with
-- CREATEROLE, after the first start and after each upgrade, since they create tables. Repeating it is harmless, also while servers run: it takes
-- effect as a whole, or not at all if a table is locked for long.
--
--   tollgate_owner  owns the tables: migrations and manual changes
--   tollgate_app    serves; it can neither change nor delete rows that are written once (calls, the ledger, receipts, prices, the audit log, invoices)
--   tollgate_read   reads for reports and your own backups, without credentials
--
-- Then give each a password:  ALTER ROLE tollgate_app PASSWORD '…'

BEGIN;
SET LOCAL lock_timeout = '10s';

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tollgate_owner') THEN
        CREATE ROLE tollgate_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tollgate_app') THEN
        CREATE ROLE tollgate_app LOGIN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tollgate_read') THEN
        CREATE ROLE tollgate_read LOGIN;
    END IF;
    -- Only a superuser can give tables to a role without being its member.
    IF current_user <> 'tollgate_owner' AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT tollgate_owner TO %I', current_user);
    END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tollgate_owner;
GRANT USAGE ON SCHEMA public TO tollgate_app, tollgate_read;

DO $$
DECLARE
    each RECORD;
BEGIN
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'tollgate_owner' LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO tollgate_owner', each.tablename);
    END LOOP;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, tollgate_app, tollgate_read;

-- ---- tollgate_app

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO tollgate_app;
REVOKE INSERT ON tollgate_schema FROM tollgate_app;

GRANT UPDATE ON
    account, account_rates, allowance, announcement, answer_share, api_key, batch, billing_contact, budget_window, commit_mark, credit_grant, dismissed, grant_month, installation, job, job_line, kept_answer,
    kept_response, kept_share, label, member, node, open_hold, outgoing_mail, payment, person, person_identity, person_link, recovery_code, refusal, session, signature_share, signing_key, spend_window, stored_file, subscription,
    team, team_member, thought_signature, told, usage_day, usage_fold, usage_hour, usage_label, usage_quarter, voucher, webhook, webhook_delivery
    TO tollgate_app;

GRANT DELETE ON
    allowance, announcement, api_key, batch, billing_contact, budget, budget_window, commit_mark, dismissed, file_piece, installation, job, job_line, kept_answer, kept_response, kept_share, label, member_notice, node, open_hold, outgoing_mail, person, person_identity,
    person_link, recovery_code, refusal, session, setting, spend_window, stored_file, team_member, thought_signature, told, usage_label, usage_quarter, webhook, webhook_delivery
    TO tollgate_app;

-- The address of a person who is erased, and the names in the log of an account that is.
GRANT UPDATE (address, before_json, after_json) ON account_log TO tollgate_app;

-- A version of a plan is closed later; all else of it stays.
GRANT UPDATE (closed_at) ON plan_version TO tollgate_app;

-- These are locked while a row is added, which PostgreSQL allows only with the right to change them. Triggers ensure that only the owner
-- changes them.
GRANT UPDATE ON account_terms, audit_log, price, price_group, payment_notice TO tollgate_app;

CREATE OR REPLACE FUNCTION tollgate_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'tollgate_app' THEN
        RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER written_once
    BEFORE UPDATE OF sequence, created_at, actor, address, action, subject, reason OR DELETE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();
-- The address of an invitation goes with its person.
CREATE OR REPLACE TRIGGER emptied_alone BEFORE UPDATE ON audit_log
    FOR EACH ROW WHEN (NEW.before_json IS NOT NULL OR NEW.after_json IS NOT NULL) EXECUTE FUNCTION tollgate_written_once();
CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON price
    FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();
CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON price_group
    FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();
CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OR DELETE ON account_terms
    FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();

-- A key that was deleted before a call was made with it is erased; any other key stays, for its history.
CREATE OR REPLACE FUNCTION tollgate_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'tollgate_app' THEN
        RAISE EXCEPTION 'rows of api_key stay' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;

CREATE OR REPLACE TRIGGER key_stays BEFORE DELETE ON api_key FOR EACH ROW
    WHEN (OLD.deleted_at IS NULL OR OLD.last_used_at IS NOT NULL) EXECUTE FUNCTION tollgate_key_stays();

-- Of a Stripe event, only the number of deliveries and the match with a payment may change later.
CREATE OR REPLACE TRIGGER written_once BEFORE UPDATE OF id, type, fact, created_at, received_at, intent_id, object_id, cents, detail
    ON payment_notice FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();

-- ---- tollgate_read

GRANT SELECT ON ALL TABLES IN SCHEMA public TO tollgate_read;
REVOKE SELECT ON
    api_key, file_piece, installation, job_line, kept_answer, kept_response, outgoing_mail, person, person_identity, person_link, recovery_code, session, signing_key, stored_file,
    thought_signature, voucher
    FROM tollgate_read;

COMMIT;
