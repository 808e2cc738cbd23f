package dev.tollgate.pages.live;

import java.util.HashMap;
import java.util.Map;

/** One tab. What it was told belongs to the look at all streams; only {@link #behind} comes from elsewhere. */
final class LiveStream {

    /** The far side. From any thread. */
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

    /** The tab did not take the last event: it is told everything with the next. */
    void fellBehind() {
        behind = true;
    }

    /** Whether it was told nothing yet, or has to be told everything anew. */
    boolean knowsNothing() {
        return behind || told.isEmpty();
    }

    void end() {
        tab.end();
    }

    /** Tells what is not as it was told before. */
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
}
