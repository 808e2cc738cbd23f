package dev.tollgate.customers.people;

import dev.tollgate.storage.Database;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.Writer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * The marks of logins and identities that got start credits. A mark is a keyed hash, which stays when its account is deleted, so that a second account
 * gets none. Thread-safe; blocks.
 */
public final class StartMarks {

    private final Database database;
    private final Writer writer;
    private final SecretBox secrets;

    StartMarks(Database database, Writer writer, SecretBox secrets) {
        this.database = database;
        this.writer = writer;
        this.secrets = secrets;
    }

    /** Returns the mark of a login or an identity. Only this installation's key can make it again. */
    public String of(String name) {
        return HexFormat.of().formatHex(secrets.print("credits to start with", name.getBytes(StandardCharsets.UTF_8)));
    }

    List<String> ofAll(List<String> names) {
        return names.stream().map(this::of).toList();
    }

    /** Returns whether the same login or identity was given start credits before. For pages; the commit that gives them decides. */
    boolean has(String name) {
        return database.read(sql -> sql.has("SELECT 1 FROM started_before WHERE mark = ?", of(name)));
    }

    /** Adds the marks of people who got start credits before marks were stored. Runs at each start. */
    public void addEarlier() {
        new EarlierStarts(this, database, writer).mark();
    }
}
