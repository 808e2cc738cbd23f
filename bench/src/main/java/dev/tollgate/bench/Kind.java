package dev.tollgate.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What one exchange looks like; the mock tells them apart by the upstream model in the path, so that it need not read the body. */
enum Kind {
    /** One answer of about 1 KB in one event, asked for without streaming. */
    CALL(1, 0),
    /** As a call, answered by a call of a function, which neither a summary nor a text completion can show. */
    UNSHOWN(1, 0),
    /** Fifty text events in one write. */
    BURST(50, 0),
    /** Fifty text events, each in a write of its own. */
    PACED(50, 10),
    /** Twenty-five text events in the same way, and then silence: nothing but its caller's departure ends it. */
    LEAVE(25, 10),
    /** Eighty text events, a quarter of a second apart, each with the moment at which it was sent: one of thousands at once. */
    CROWD(80, 250),
    /** 120 text events of 5,000 bytes, 10 ms apart: a model's longest answer. */
    LONG(120, 10),
    /** As a call, with a prompt of {@value Conversation#MESSAGES} messages that are 3 KB together. */
    TALK_3(1, 0, 100),
    /** As before, with 43 KB. */
    TALK_43(1, 0, 1_400),
    /** As before, with 412 KB. */
    TALK_412(1, 0, 13_300),
    /** As a call, with a prompt of 2 KB in as many messages, on a model whose provider is said to cache nothing. */
    PLAIN_2(1, 0, 65),
    /** As before, with 200 KB. */
    PLAIN_200(1, 0, 6_450),
    /** As before, with 4 MB. */
    PLAIN_4000(1, 0, 129_000),
    /** 2 KB on a model whose provider caches prompts by itself. */
    CACHED_2(1, 0, 65),
    /** As before, with 200 KB. */
    CACHED_200(1, 0, 6_450),
    /** As before, with 4 MB. */
    CACHED_4000(1, 0, 129_000),
    /** A recorded session of Qwen Code; each request is answered by twenty text events in one write. */
    SESSION_A(20, 0),
    /** A recorded session of opencode, answered in the same way. */
    SESSION_B(20, 0),
    /** As a call, asked for over Messages. */
    CALL_MESSAGES(1, 0, 0, Door.MESSAGES),
    /** As a call, asked for over Responses. */
    CALL_RESPONSES(1, 0, 0, Door.RESPONSES),
    /** As a burst, asked for over Messages. */
    BURST_MESSAGES(50, 0, 0, Door.MESSAGES),
    /** As a burst, asked for over Responses. */
    BURST_RESPONSES(50, 0, 0, Door.RESPONSES),
    /** Twenty text events in one write, in answer to {@value ToolTalk#TURNS} calls of tools with their results, 412 KB together. */
    AGENT_CHAT(20, 0, 13_300, Door.CHAT),
    /** As before, over Messages. */
    AGENT_MESSAGES(20, 0, 13_300, Door.MESSAGES),
    /** As before, over Responses. */
    AGENT_RESPONSES(20, 0, 13_300, Door.RESPONSES),
    /** As a call, answered by an image of {@value MockAnswer#IMAGE_BYTES} bytes, 20 MB of base64, and a text. */
    IMAGE(1, 0);

    /** The protocol of the gateway that a kind speaks. */
    enum Door {
        CHAT("/v1/chat/completions"),
        MESSAGES("/v1/messages"),
        RESPONSES("/v1/responses");

        private final String path;

        Door(String path) {
            this.path = path;
        }

        String path() {
            return path;
        }
    }

    /** Those with a long prompt. */
    static final List<Kind> TALKS = List.of(TALK_3, TALK_43, TALK_412);

    /** One prompt with tools over each door. */
    static final List<Kind> AGENTS = List.of(AGENT_CHAT, AGENT_MESSAGES, AGENT_RESPONSES);

    /** Those that compare the gateway's doors. */
    static final List<Kind> DOORS = Stream.concat(
                    Stream.of(CALL_MESSAGES, CALL_RESPONSES, BURST_MESSAGES, BURST_RESPONSES), AGENTS.stream())
            .toList();

    /** Those besides sessions that the kinds of the table's first rows are varied by. */
    static final List<Kind> FURTHER =
            Stream.concat(TALKS.stream(), DOORS.stream()).toList();

    /** Those whose calls are whole sessions of many requests. */
    static final List<Kind> SESSIONS = List.of(SESSION_A, SESSION_B);

    /** A prompt of 412 KB on each of 64 connections would measure the memory bus. */
    private static final int LONG_CONNECTIONS = 8;

    private static final int IMAGE_CONNECTIONS = 4;

    private final int events;
    private final int gapMillis;
    private final int messageBytes;
    private final Door door;

    Kind(int events, int gapMillis) {
        this(events, gapMillis, 0);
    }

    Kind(int events, int gapMillis, int messageBytes) {
        this(events, gapMillis, messageBytes, Door.CHAT);
    }

    Kind(int events, int gapMillis, int messageBytes, Door door) {
        this.events = events;
        this.gapMillis = gapMillis;
        this.messageBytes = messageBytes;
        this.door = door;
    }

    /** The id both as the gateway sells it and as the upstream knows it. */
    String model() {
        return "bench-" + label();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Door door() {
        return door;
    }

    /** Upstream events in one answer. CPU per event is always counted over these, however many chunks they become. */
    int events() {
        return events;
    }

    int gapMillis() {
        return gapMillis;
    }

    boolean streaming() {
        return events > 1;
    }

    /** The size of each message of its long prompt, in bytes of UTF-8; 0 for a short prompt. */
    int messageBytes() {
        return messageBytes;
    }

    /** @param asked for phases under load */
    int connections(int asked) {
        if (this == IMAGE) {
            return IMAGE_CONNECTIONS;
        }
        return messageBytes > 0 || isSession() ? LONG_CONNECTIONS : asked;
    }

    /** Whether the model's provider caches prompts by itself, so that the gateway compares them. */
    boolean isCached() {
        return this == CACHED_2 || this == CACHED_200 || this == CACHED_4000;
    }

    /** Whether a call consists of all requests of a recorded session, one after the other on one connection. */
    boolean isSession() {
        return SESSIONS.contains(this);
    }

    /** Whether its caller leaves it, so that what is measured is not the answer but how soon the upstream hears of it. */
    boolean leaving() {
        return this == LEAVE;
    }

    /** Whether each event tells when it was sent, so that what is measured is how long it was under way. */
    boolean stamped() {
        return this == CROWD;
    }

    /**
     * After how many texts the caller of a call that is left goes. Alternately between two events, where a server's next write may tell it too,
     * and with the last event before the silence, where only the closed connection can.
     */
    int textsBeforeLeaving(long number) {
        return number % 2 == 0 ? events : events / 2;
    }

    static Kind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind is called " + label));
    }
}
