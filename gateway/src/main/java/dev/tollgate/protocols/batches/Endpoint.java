package dev.tollgate.protocols.batches;

import dev.tollgate.base.json.Utf8Buffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The paths that lines of batches may ask (J1). */
enum Endpoint {
    CHAT("/v1/chat/completions", "{\"stream\":false"),
    RESPONSES("/v1/responses", "{\"stream\":false,\"store\":false"),
    EMBEDDINGS("/v1/embeddings", "");

    /** The most inputs of a line that asks for embeddings (J23). */
    static final int INPUTS_MAX = 100;

    private static final String FLEX = ",\"service_tier\":\"flex\"";

    private final String path;
    private final String start;

    /** @param start of every body: a line never streams, whatever the model's default, and keeps nothing */
    Endpoint(String path, String start) {
        this.path = path;
        this.start = start;
    }

    String path() {
        return path;
    }

    static List<String> paths() {
        return Arrays.stream(values()).map(Endpoint::path).toList();
    }

    /** Returns null for another path. */
    static @Nullable Endpoint of(String path) {
        return Arrays.stream(values())
                .filter(each -> each.path.equals(path))
                .findAny()
                .orElse(null);
    }

    /** Returns whether its lines are answered, and do not ask for embeddings. */
    boolean isOfAnswers() {
        return this != EMBEDDINGS;
    }

    /** Returns the body of a line as its door gets it. @param isAtFlex whether it asks for flex, of which its caller has said nothing */
    byte[] body(RequestLine line, boolean isAtFlex) {
        byte[] its = line.raw().utf8();
        if (!isOfAnswers()) {
            return its;
        }
        Utf8Buffer out = new Utf8Buffer(its.length + 64).raw(start).raw(isAtFlex ? FLEX : "");
        int first = 1;
        while (its[first] <= ' ') {
            first++;
        }
        if (its[first] != '}') {
            out.raw(',');
        }
        return out.raw(its, first, its.length - first).toByteArray();
    }
}
