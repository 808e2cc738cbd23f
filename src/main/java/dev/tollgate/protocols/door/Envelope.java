package dev.tollgate.protocols.door;

import org.jspecify.annotations.Nullable;

/** The parts of a request outside its body. */
public interface Envelope {

    /** @param name in lower case */
    @Nullable
    String header(String name);

    @Nullable
    String query(String name);

    /** Returns a parameter of the route's path. */
    String pathParam(String name);
}
