package dev.tollgate.sandbox.scripting;

import dev.tollgate.sandbox.routes.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A script and how often each of its entries may still answer. Safe for any thread. */
public final class ScriptInForce {

    private final List<Left> entries;

    public ScriptInForce(Script script) {
        this.entries = script.entries().stream().map(Left::new).toList();
    }

    /** The entry that answers this call; it has then been used once. */
    public Optional<Script.Entry> take(Target target, String lastUserText) {
        Stream<Left> fitting = entries.stream().filter(left -> left.entry.fits(target, lastUserText));
        return fitting.filter(Left::use).map(left -> left.entry).findFirst();
    }

    private static final class Left {

        private final Script.Entry entry;
        private final AtomicInteger times;

        private Left(Script.Entry entry) {
            this.entry = entry;
            this.times = new AtomicInteger(entry.times());
        }

        private boolean use() {
            return entry.times() == Integer.MAX_VALUE || times.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        }
    }
}
