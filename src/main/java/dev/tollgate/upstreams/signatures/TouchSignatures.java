package dev.tollgate.upstreams.signatures;

import java.time.Instant;
import java.util.List;

/** Notes that signatures are still in use. */
record TouchSignatures(String accountId, List<String> prints, Instant at) implements SignatureChange {

    TouchSignatures {
        prints = List.copyOf(prints);
    }
}
