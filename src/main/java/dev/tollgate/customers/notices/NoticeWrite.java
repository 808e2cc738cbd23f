package dev.tollgate.customers.notices;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;

/** A write that says which notices are sent, in the unit of their mails. The outcome is whether no server has written it before. */
public abstract class NoticeWrite extends Write<Boolean> {

    /** Returns the part that stores sent notices. It comes before the part of mails. */
    public static Part<?> part() {
        return new WritePart<>(NoticeWrite.class);
    }
}
