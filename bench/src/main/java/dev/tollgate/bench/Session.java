package dev.tollgate.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A recorded session of an agent: the bodies of its requests, of which each repeats the messages of the one before. A recording is the last
 * request, cut into lines: the text before the messages, one message on each line, the text behind them. An empty line ends a request.
 */
final class Session {
    private Session() {}

    /** The bodies in the order in which they were sent, as they were sent. */
    static List<String> bodies(Kind kind) {
        return bodies(lines("/sessions/" + kind.label() + ".txt"));
    }

    static List<String> bodies(List<String> lines) {
        List<String> bodies = new ArrayList<>();
        StringBuilder body = new StringBuilder(lines.getFirst());
        String separator = "";
        for (String line : lines.subList(1, lines.size() - 1)) {
            if (line.isEmpty()) {
                bodies.add(body + lines.getLast());
            } else {
                body.append(separator).append(line);
                separator = ",";
            }
        }
        return bodies;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Objects.requireNonNull(Session.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
