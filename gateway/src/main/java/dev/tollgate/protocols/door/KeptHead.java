package dev.tollgate.protocols.door;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request whose caller does not wait. Doors that offer such work have nothing in the query or the path.
 *
 * @param headers by their names in lower case, with the values of all their lines
 */
public record KeptHead(Map<String, List<String>> headers) implements Envelope {

    @Override
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    @Override
    public @Nullable String query(String name) {
        return null;
    }

    @Override
    public String pathParam(String name) {
        throw new IllegalStateException("a job has no path");
    }
}
