package dev.tollgate.bench;

import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;

/** Reads one answer's body byte by byte, wherever it was cut: counts events and marks, and sees the end of an OpenAI stream. */
final class AnswerScan implements ByteProcessor {
    private static final byte[] DONE = "data: [DONE]".getBytes(StandardCharsets.US_ASCII);
    /** A stream of Responses has each text as it comes, then in the ends of text, part, item and response. */
    private static final int RESPONSES_TEXTS = 5;

    private static final int FIELD_LENGTH = "data:".length();

    private int column;
    private int matched;
    private int events;
    private int marks;
    private boolean done;

    void reset() {
        column = 0;
        matched = 0;
        events = 0;
        marks = 0;
        done = false;
    }

    @Override
    public boolean process(byte value) {
        if (value == '\n') {
            endLine();
            return true;
        }
        if (value == MockAnswer.MARK) {
            marks++;
        }
        if (column < DONE.length) {
            if (matched == column && value == DONE[column]) {
                matched++;
            }
            column++;
        }
        return true;
    }

    private void endLine() {
        if (matched == DONE.length) {
            done = true;
        } else if (matched >= FIELD_LENGTH) {
            events++;
        }
        column = 0;
        matched = 0;
    }

    /** Events of the answer as delivered, the closing one excepted. */
    int events() {
        return events;
    }

    /** Text events of the upstream's that have arrived, however many of them share an event of the answer. */
    int texts() {
        return marks;
    }

    /** Whether every text event has arrived and, for an OpenAI stream, the end too. */
    boolean whole(Protocol protocol, Kind kind) {
        boolean repeats = kind.door() == Kind.Door.RESPONSES && kind.streaming();
        return marks == kind.events() * (repeats ? RESPONSES_TEXTS : 1)
                && done == (protocol != Protocol.GEMINI && kind.streaming() && kind.door() == Kind.Door.CHAT);
    }
}
