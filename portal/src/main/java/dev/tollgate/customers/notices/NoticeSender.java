package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.customers.mail.Reader;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Sql.RowReader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The parts that all notices are found with and sent by. Thread-safe; blocks. */
public record NoticeSender(Database database, Writer writer, Outbox outbox, Letters letters, InstantSource clock) {

    <T> List<T> list(String query, RowReader<T> reader, @Nullable Object... parameters) {
        return database.read(sql -> sql.list(query, reader, parameters));
    }

    /**
     * Visits all rows of a query.
     *
     * @param page returns the rows after a key, the first ones for an empty key; fewer than {@code most} are the last
     */
    <T> void each(int most, Function<String, List<T>> page, Function<T, String> key, Consumer<T> visitor) {
        String after = "";
        List<T> rows;
        do {
            rows = page.apply(after);
            rows.forEach(visitor);
            after = rows.isEmpty() ? "" : key.apply(rows.getLast());
        } while (rows.size() == most);
    }

    /**
     * Commits a notice together with a mail to each reader, if mail is on. If the account's mails find no room, nothing is stored, and the next sweep tries
     * again.
     *
     * @param readers asked if mail is on
     * @param letter returns the mail to an address, in the language of now; so are the sentences that it is made of
     */
    void tell(NoticeRecord told, String accountId, Supplier<List<Reader>> readers, Function<String, Letter> letter) {
        List<Change> changes = new ArrayList<>(List.of(told));
        if (outbox.isOn()) {
            readers.get().forEach(to -> changes.add(outbox.needed(accountId, letters.to(to, letter), told::outcome)));
        }
        try {
            writer.commitAndWait(Unit.of(changes));
        } catch (StoreUnavailable e) {
            throw e;
        } catch (StoreException e) {
            // The mails find no room.
        }
    }
}
