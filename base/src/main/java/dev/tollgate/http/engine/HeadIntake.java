package dev.tollgate.http.engine;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Checks the bytes of a head as they arrive: its grammar, its length, and whether there is memory for it. For one connection, on its event loop.
 */
final class HeadIntake {

    private static final List<String> CREDENTIALS = List.of("authorization:", "x-goog-api-key:", "x-api-key:");

    private final HeadLimits rules;
    private final HeadMemory room;
    private final HeadGrammar grammar = new HeadGrammar();
    private int headerBytesMax;

    /** The bytes that the grammar has seen of a head that has not ended. */
    private int seen;

    /** The time at which an unfinished head was first seen; 0 if there is none. */
    private long sinceNanos;

    HeadIntake(HeadLimits rules, HeadMemory room) {
        this.rules = rules;
        this.room = room;
        this.headerBytesMax = rules.strangerHeaderBytesMax();
    }

    /** The next byte is the first of a head. */
    void reset() {
        seen = 0;
        headerBytesMax = rules.strangerHeaderBytesMax();
        grammar.reset();
    }

    /** Nothing more is read. */
    void stop() {
        sinceNanos = 0;
    }

    /** Returns when the head began that has not ended, by {@link System#nanoTime}; 0 if there is none. */
    long sinceNanos() {
        return sinceNanos;
    }

    /**
     * Looks at what has arrived. Nothing is made of a head before all of it is here and has its memory.
     *
     * @return whether the head has ended
     * @throws BadHead if it is not HTTP to the letter, or too long
     * @throws dev.tollgate.base.error.ApiException 503 if there is no memory for it
     */
    boolean isWhole(ByteBuf in) {
        int last = in.forEachByte(in.readerIndex() + seen, in.readableBytes() - seen, grammar);
        checkLength(in);
        if (last >= 0) {
            sinceNanos = 0;
            room.builds(grammar);
            return true;
        }
        seen = in.readableBytes();
        if (sinceNanos == 0) {
            sinceNanos = System.nanoTime() | 1;
        }
        room.waits(in.capacity(), grammar);
        return false;
    }

    private void checkLength(ByteBuf in) {
        if (grammar.lineBytes() > rules.lineBytesMax()) {
            throw rules.lineTooLong();
        }
        if (grammar.headerBytes() > headerBytesMax && headerBytesMax < rules.headerBytesMax() && hasKnownKey(in)) {
            headerBytesMax = rules.headerBytesMax();
        }
        if (grammar.headerBytes() > headerBytesMax) {
            throw rules.headersTooLong();
        }
    }

    /** Looks for a key in what a stranger may send; at most once for a head. */
    private boolean hasKnownKey(ByteBuf in) {
        int length = Math.min(in.readableBytes(), grammar.lineBytes() + headerBytesMax);
        String begin = in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1);
        for (String line : begin.split("\r\n")) {
            for (String name : CREDENTIALS) {
                if (line.regionMatches(true, 0, name, 0, name.length())) {
                    return rules.isKnownKey().test(line.substring(name.length()).strip());
                }
            }
        }
        return false;
    }
}
