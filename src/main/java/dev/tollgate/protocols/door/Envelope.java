package dev.tollgate.protocols.door;

import org.jspecify.annotations.Nullable;

/** What stands on a request beside its body. */
public interface Envelope {

    /** @param name in lower case */
    @Nullable
    String header(String name);

    @Nullable
    String query(String name);

    /** A part of the path that the route names. */
    String pathParam(String name);
}
