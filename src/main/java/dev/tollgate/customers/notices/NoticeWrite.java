package dev.tollgate.customers.notices;

import dev.tollgate.customers.mail.Letter;
import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.StoreUnavailable;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** A write that says which notices are sent, in the unit of their mails. The outcome is whether no server has written it before. */
public abstract class NoticeWrite extends Write<Boolean> {

    /** Returns the part that stores sent notices. It comes before the part of mails. */
    public static Part<?> part() {
        return new WritePart<>(NoticeWrite.class);
    }

    /**
     * Commits this write with a mail to each reader, if mail is on. If the account's mails find no room, nothing is stored, and the next sweep tries
     * again. Blocks.
     *
     * @param readers returns addresses; asked if mail is on
     * @param letter returns the mail to an address
     */
    final void commit(
            Writer writer,
            Outbox outbox,
            String accountId,
            Supplier<List<String>> readers,
            Function<String, Letter> letter) {
        List<Change> changes = new ArrayList<>(List.of(this));
        if (outbox.isOn()) {
            readers.get().forEach(to -> changes.add(outbox.needed(accountId, letter.apply(to), this::outcome)));
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
