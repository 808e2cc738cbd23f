package dev.tollgate.pages.live;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The viewer of a stream and the page that it feeds.
 *
 * @param session hash of the session
 * @param since newest call of the shown list, to count newer calls; null for no list
 * @param call running call that the page shows; null for none
 * @param topic the name of a {@link LiveTopic}; null for none
 * @param topicId id within the topic
 */
record LiveView(
        String session,
        String accountId,
        ZoneId zone,
        @Nullable String since,
        @Nullable String call,
        @Nullable String topic,
        @Nullable String topicId) {}
