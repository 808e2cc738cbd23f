package dev.tollgate.protocols.door;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a request outside its body. */
public interface Envelope {

    /** @param name in lower case */
    @Nullable
    String header(String name);

    /** Returns the values of all lines of a header, in their order. @param name in lower case */
    default List<String> headers(String name) {
        String value = header(name);
        return value == null ? List.of() : List.of(value);
    }

    @Nullable
    String query(String name);

    /** Returns a parameter of the route's path. */
    String pathParam(String name);
}
