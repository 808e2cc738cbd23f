package dev.tollgate.pages.live;

import java.time.ZoneId;
import java.util.Map;

/** The live part of a special page, e.g. of a payment; read when something of the account has changed, and each five seconds. May block. */
@FunctionalInterface
public interface LiveTopic {

    /** Finished texts by the names that the page has given them in {@code data-figure}; nothing of another account's. */
    Map<String, String> texts(String accountId, String id, ZoneId zone);
}
