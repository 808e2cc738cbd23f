package dev.tollgate.serving;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.models.Catalogue;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * The parts that the gateway's modules are made from.
 *
 * @param opened takes what a module opens, to be closed in the opposite order
 * @param version of the release; empty outside of one
 */
public record CallGround(
        Settings settings,
        Catalogue catalogue,
        Surroundings surroundings,
        SecureRandom random,
        Opened opened,
        String version) {

    /** Returns what was opened, once it is noted how it is closed. */
    public <T> T open(T part, Consumer<T> closing) {
        return opened.add(part, closing);
    }

    public InstantSource clock() {
        return surroundings.clock();
    }
}
