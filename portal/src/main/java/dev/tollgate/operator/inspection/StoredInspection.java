package dev.tollgate.operator.inspection;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.verification.AccountStatement;
import dev.tollgate.verification.Audit;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The inspection of a command, over a database that it has opened itself. */
public final class StoredInspection implements Inspection {

    /** The status of a refusal because the database's file is damaged. */
    public static final int DAMAGED = 500;

    private final Database database;
    private final Supplier<@Nullable String> keyTrouble;
    private final @Nullable SecretBox secrets;

    /**
     * @param database is closed with it
     * @param keyTrouble why a start would not find the key of its data, or null
     * @param secrets the key in the data folder; null if there is none
     */
    public StoredInspection(Database database, Supplier<@Nullable String> keyTrouble, @Nullable SecretBox secrets) {
        this.database = database;
        this.keyTrouble = keyTrouble;
        this.secrets = secrets;
    }

    @Override
    public boolean verify(Consumer<String> differences, Consumer<String> notes, Progress progress) {
        try {
            return new Audit(database, secrets).run(differences, notes, progress::at);
        } catch (StoreException e) {
            throw refused(e);
        }
    }

    @Override
    public Usage usage(int rowsMax, Progress progress) {
        List<Row> rows = new ArrayList<>();
        try {
            long foldedUntil = new Audit(database)
                    .usage(
                            row -> {
                                if (rows.size() < rowsMax) {
                                    String of = row.of().name().toLowerCase(Locale.ROOT);
                                    rows.add(new Row(of, row.startsAt(), row.names(), row.missing()));
                                }
                            },
                            progress::at);
            return new Usage(foldedUntil, rows);
        } catch (StoreException e) {
            throw refused(e);
        }
    }

    @Override
    public void statement(String accountId, @Nullable Instant from, @Nullable Instant to, Consumer<String> lines) {
        try {
            if (!new AccountStatement(database).write(accountId, from, to, lines)) {
                throw new ApiException(400, "There is no account " + accountId + ".");
            }
        } catch (StoreException e) {
            throw refused(e);
        }
    }

    @Override
    public void backup(Path file) {
        try {
            database.backupTo(file);
        } catch (StoreException e) {
            throw refused(e);
        }
    }

    @Override
    public @Nullable String keyTrouble() {
        try {
            return keyTrouble.get();
        } catch (StoreException e) {
            throw refused(e);
        }
    }

    /** Returns the refusal by a store that cannot be opened, read or written, with the cause in words: {@link #DAMAGED} if its file is damaged. */
    public static ApiException refused(StoreException e) {
        return new ApiException(e.isDamage() ? DAMAGED : 400, e.withCause());
    }

    @Override
    public void close() {
        database.close();
    }
}
