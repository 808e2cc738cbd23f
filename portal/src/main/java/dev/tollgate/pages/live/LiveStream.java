package dev.tollgate.pages.live;

import dev.tollgate.base.words.Language;
import dev.tollgate.customers.people.Person;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyView;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.live.Live.LiveTopic;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stream of one tab. The loop over all streams owns its state; only {@link #behind} is set from other threads. */
final class LiveStream {

    /** The browser's end of the stream. Usable from any thread. */
    interface Tab {
        void send(Map<String, Object> figures);

        void end();
    }

    private final LiveView view;
    private final Tab tab;
    private final Map<String, Object> told = new HashMap<>();
    private volatile boolean behind;

    LiveStream(LiveView view, Tab tab) {
        this.view = view;
        this.tab = tab;
    }

    LiveView view() {
        return view;
    }

    /** Records that the tab did not receive the last event. The next event contains all figures. */
    void fellBehind() {
        behind = true;
    }

    /** Returns whether the next event must contain all figures. */
    boolean knowsNothing() {
        return behind || told.isEmpty();
    }

    void end() {
        tab.end();
    }

    /** Sends the figures that have changed since the last event. */
    void tell(Map<String, Object> figures) {
        if (behind) {
            behind = false;
            told.clear();
        }
        Map<String, Object> changed = new HashMap<>(figures);
        changed.entrySet().removeIf(figure -> figure.getValue().equals(told.get(figure.getKey())));
        if (!changed.isEmpty()) {
            told.putAll(changed);
            tab.send(changed);
        }
    }

    /**
     * The figures that a person may see; a stream ends when they change.
     *
     * @param keys whose calls count
     * @param isWithBalance whether the balance is shown
     */
    record Scope(String accountId, KeyView keys, boolean isWithBalance) {

        /** Returns null for a person who may see none. */
        static @Nullable Scope of(Person person) {
            Membership membership = person.membership();
            return membership == null || !Right.USAGE.isPartly(membership)
                    ? null
                    : new Scope(person.accountId(), person.view(Right.USAGE), person.may(Right.BALANCE));
        }
    }

    /**
     * The viewer of a stream and the page that it feeds.
     *
     * @param session hash of the session
     * @param language in which the page was asked for
     * @param since last number of the account when the list was made, to count newer calls; null for no list
     * @param call running call that the page shows; null for none
     * @param topic the name of a {@link LiveTopic}; null for none
     * @param topicId id within the topic
     */
    record LiveView(
            String session,
            Scope scope,
            ZoneId zone,
            Language language,
            Money money,
            @Nullable Long since,
            @Nullable String call,
            @Nullable String topic,
            @Nullable String topicId) {

        String accountId() {
            return scope.accountId();
        }
    }
}
