
-- A server has no such pages. Where roles.sql of an earlier release was run, the role that serves may now empty what the audit log has of an action, which has
-- the address of an invitation: it goes with its person.
DELETE FROM installation WHERE name = 'free_pages';

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'written_once' AND tgrelid = 'audit_log'::regclass) THEN
        CREATE OR REPLACE TRIGGER written_once
            BEFORE UPDATE OF sequence, created_at, actor, address, action, subject, reason OR DELETE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION tollgate_written_once();
        CREATE OR REPLACE TRIGGER emptied_alone BEFORE UPDATE ON audit_log
            FOR EACH ROW WHEN (NEW.before_json IS NOT NULL OR NEW.after_json IS NOT NULL)
            EXECUTE FUNCTION tollgate_written_once();
    END IF;
END
$$;
