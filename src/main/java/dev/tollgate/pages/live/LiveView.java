package dev.tollgate.pages.live;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Who looks, and at what.
 *
 * @param session the hash that names it
 * @param since the newest call of a list, to tell how many are newer; null for no list
 * @param call that is looked at while it runs; null for none
 * @param topic the name of a {@link LiveTopic}; null for none
 * @param topicId what of it
 */
record LiveView(
        String session,
        String accountId,
        ZoneId zone,
        @Nullable String since,
        @Nullable String call,
        @Nullable String topic,
        @Nullable String topicId) {}
