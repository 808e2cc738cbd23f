package dev.tollgate.testing;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.jobs.JobEvents;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.keys.CreateKey;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeySecret;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.WritePart;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;

/** The books and the API keys over a real database. */
public class KeysFixture extends BooksFixture {

    public final Keys keys;

    /** Over a SQLite file. */
    public KeysFixture(Path folder) {
        this(file(folder));
    }

    /** One node of several over a PostgreSQL, with the rights of a program. */
    public static KeysFixture shared(String url) {
        return new KeysFixture(server(url));
    }

    public KeysFixture(Supplier<Database> opener) {
        this(opener, JobEvents.NONE);
    }

    /** @param events what happens to jobs */
    public KeysFixture(Supplier<Database> opener, JobEvents events) {
        Core core = new Core(opener, false);
        Keys made = new Keys(core.database, core);
        this(
                core,
                made,
                List.of(
                        made.statePart(),
                        JobParts.claims(),
                        Allowances.part(),
                        core.ledger.part(made::forgetAccount, core::nodeId, core.labels),
                        made.changesPart(),
                        Rollups.part(core::nodeId, core.labels),
                        core.labels,
                        JobParts.changes(events),
                        new WritePart<>(Execute.class),
                        AuditLog.part(),
                        Allowances.lastPart()));
    }

    protected KeysFixture(Core core, Keys keys, List<Part<?>> parts) {
        this.keys = keys;
        super(core, parts);
    }

    public KeySecret key(String id, String accountId, KeySettings settings) {
        KeySecret secret = KeySecret.random(new SecureRandom());
        commit(new CreateKey(id, accountId, secret, settings, now()));
        return secret;
    }

    /** Makes a key of a member, of a team, or of a member in a team. */
    public KeySecret ownedKey(String id, String accountId, String memberId, String teamId) {
        KeySecret secret = key(id, accountId, KeySettings.named(id));
        execute("UPDATE api_key SET member_id = ?, team_id = ? WHERE id = ?", memberId, teamId, id);
        String owner = (memberId.isEmpty() ? "" : "\"member\":\"" + memberId + "\",")
                + (teamId.isEmpty() ? "" : "\"team\":\"" + teamId + "\",");
        execute("""
                INSERT INTO account_log (account_id, number, created_at, actor, action, subject, after_json)
                SELECT ?, 1 + COUNT(*), 1, 'per_1', 'key.create', ?, ? FROM account_log WHERE account_id = ?""", accountId, id, "{\"id\":\"" + id + "\"," + owner + "\"prefix\":\"sk\"}", accountId);
        execute("UPDATE account SET log_number = log_number + 1 WHERE id = ?", accountId);
        return secret;
    }

    /** The beginning of a key's secret; empty where there is no such key. */
    public String prefix(String keyId) {
        return keys.byId(keyId).map(Key::prefix).orElse("");
    }
}
